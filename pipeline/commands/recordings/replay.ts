import type { Config } from '../../../schemas/config.ts'
import { partitionCounts } from '../../kafka/dead-letters/partition-counts.ts'
import { RecordSender } from '../../kafka/recordings/record-sender.ts'
import { topicTimes } from '../../kafka/recordings/topic-times.ts'
import { openRecording, type Recording } from '../../recordings/open-recording.ts'
import { Pace } from '../../recordings/replay/pace.ts'
import { planTargets, type Target } from '../../recordings/replay/plan-targets.ts'
import { playRecords } from '../../recordings/replay/play-records.ts'
import { ReplayReport } from '../../recordings/replay/replay-report.ts'
import type { ReplaySelection } from '../../recordings/replay/replay-selection.ts'
import { StateKeeper } from '../../recordings/replay/state-keeper.ts'
import { type Survey, surveyRecording } from '../../recordings/replay/survey-recording.ts'
import { timeWarnings } from '../../recordings/replay/time-warnings.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import type { CommandContext } from '../../terminal/command-context.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import { ProgressLine } from '../../terminal/progress-line.ts'
import { topicsOf } from '../../topics-of.ts'
import { runOnKafka } from '../run-on-kafka.ts'
import { untilInterrupted } from './until-interrupted.ts'

export interface ReplayOptions extends CommandContext {
  readonly file: string
  readonly speed: number | 'max'
  readonly selection: ReplaySelection
  readonly topicMap: ReadonlyMap<string, string>
  /** Those of the recording, or those at which the records are sent. */
  readonly timestamps: 'keep' | 'now'
  /** Goes on with a replay that was stopped. */
  readonly resume: boolean
  /** Where it is kept how far the replay is; beside the recording where it is absent. */
  readonly state?: string | undefined
  readonly skipBad: boolean
  /** Topics that the pipeline writes may be targets. */
  readonly ownTopics: boolean
  readonly dryRun: boolean
}

/** What a shell makes of an interrupted command. */
const EXIT_INTERRUPTED = 130
/** What a replay that is killed forgets, at most. */
const SAVE_MS = 1000
const wall = () => performance.now()

/** `replay`: the records of a recording onto topics, each at its time. */
export async function replay(options: ReplayOptions): Promise<number> {
  const { file, skipBad, terminal, topicMap } = options
  return runOnKafka(options, async ({ kafka }) => {
    const counts = await partitionCounts(kafka)
    const recording = openRecording(file, { skipBad })
    const survey = await surveyed(recording, options)
    tellSkipped(recording, options)
    if (survey.records === 0) {
      terminal.note(`${file}: no record is selected`)
      return exitCode.failed
    }
    const ownTopics = Object.values(topicsOf(kafka.topic_prefix))
    const targets = planTargets({ survey, topicMap, counts, ownTopics, allowOwn: options.ownTopics })
    const times = await topicTimes(kafka, [...new Set(targets.map(({ target }) => target))])
    for (const warning of timeWarnings(times, {
      survey,
      timestamps: options.timestamps,
      nowMs: Date.now(),
    })) {
      terminal.note(warning)
    }
    return replayPrepared({ kafka, options, recording, survey, targets })
  })
}

/** Also what is wrong with its last line is known before the first record is sent. */
async function surveyed(recording: Recording, { terminal, file, selection }: ReplayOptions): Promise<Survey> {
  const line = new ProgressLine({ terminal, describe: () => `reading ${file} before it is replayed` })
  try {
    return await surveyRecording(recording, selection)
  } finally {
    line.stop()
  }
}

function tellSkipped({ skipped }: Recording, { terminal, file }: ReplayOptions): void {
  const reasons = Object.entries(skipped).map(([reason, count]) => `${reason}: ${count}`)
  if (reasons.length > 0) terminal.note(`${file}: lines passed over: ${reasons.join(', ')}`)
}

interface Prepared {
  readonly kafka: Config['kafka']
  readonly options: ReplayOptions
  readonly recording: Recording
  readonly survey: Survey
  readonly targets: readonly Target[]
}

async function replayPrepared(prepared: Prepared): Promise<number> {
  const { options, recording, survey, targets } = prepared
  const { file, speed, skipBad, selection, terminal, dryRun, resume, state = `${file}.replay.json` } = options
  const keeper = new StateKeeper({ file, path: state, selection, skipBad, targets })
  const note = dryRun ? null : keeper.begin(resume)
  if (note !== null) terminal.note(note)
  const pace = new Pace({ speed, wall })
  const { acknowledged } = keeper
  const { skipped } = recording
  const report = new ReplayReport({ file, survey, targets, acknowledged, skipped, speed, pace, wall })
  if (dryRun) {
    report.end('dry_run', options)
    return exitCode.done
  }
  try {
    const ended = await play(prepared, { keeper, report, pace })
    report.end(ended, options)
    if (ended === 'complete') return exitCode.done
    terminal.note(`stopped: --resume goes on with it, from ${state}`)
    return EXIT_INTERRUPTED
  } catch (error) {
    tellFailure(keeper, { report, terminal })
    throw error
  }
}

function tellFailure(
  keeper: StateKeeper,
  { report, terminal }: Pick<PlayingParts, 'report'> & Pick<ReplayOptions, 'terminal'>,
): void {
  const { records } = keeper.acknowledged
  if (records === 0 && !report.hasSent) {
    keeper.end()
    return
  }
  keeper.keep(false)
  terminal.note(`failed after ${records} records: --resume goes on; what was underway may come twice then`)
}

interface PlayingParts {
  readonly keeper: StateKeeper
  readonly report: ReplayReport
  readonly pace: Pace
}

async function play(
  { kafka, options, recording, targets }: Prepared,
  { keeper, report, pace }: PlayingParts,
): Promise<'complete' | 'interrupted'> {
  const { selection, terminal } = options
  const { acknowledged } = keeper
  const sender = new RecordSender({
    config: kafka,
    onSend: records => report.sent(records),
    onAcknowledged: records => acknowledged.add(records),
  })
  const saving = setInterval(() => keeper.keep(false), SAVE_MS)
  const line = new ProgressLine({ terminal, describe: () => report.describe() })
  try {
    await sender.connect([...new Set(targets.map(({ target }) => target))])
    const timestampOf = timestampsOf(options, pace)
    const onWait = (dueMs: number) => report.next(dueMs)
    const records = { recording, selection, targets, acknowledged, sender, pace, wall, timestampOf, onWait }
    const isInterrupted = await untilInterrupted(async stopping => {
      await playRecords({ ...records, stopping })
      await (stopping.aborted ? sender.stop() : sender.drain())
      return stopping.aborted
    })
    if (isInterrupted) keeper.keep(true)
    else keeper.end()
    return isInterrupted ? 'interrupted' : 'complete'
  } finally {
    clearInterval(saving)
    line.stop()
    // It waits for nothing that was sent: that has been answered, or has failed.
    void sender.close().catch(() => undefined)
  }
}

/** Those of the recording, or the same distances from now on. */
function timestampsOf({ timestamps, speed }: ReplayOptions, pace: Pace): (record: RecordedRecord) => number {
  if (timestamps === 'keep') return ({ timestampMs }) => timestampMs
  if (speed === 'max') return () => Date.now()
  let startMs = NaN
  return ({ timestampMs }) => {
    if (Number.isNaN(startMs)) startMs = Date.now()
    return Math.round(startMs + pace.sinceFirstMs(timestampMs))
  }
}
