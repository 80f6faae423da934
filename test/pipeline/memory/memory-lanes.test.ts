import { asyncScheduler } from 'rxjs'
import { memoryLog } from '../../../pipeline/memory/memory-log.ts'
import { describeLanes, type LaneBench } from '../../contract/lanes.contract.ts'

describeLanes('the in-memory log', bench)

function bench(): LaneBench {
  return shared
}

const partitions: Record<string, number> = {}
const log = memoryLog({ partitions, clock: asyncScheduler })
const shared: LaneBench = {
  runLanes: log.runLanes,
  newTopic: async count => {
    const topic = `topic-${Object.keys(partitions).length}`
    partitions[topic] = count
    return topic
  },
  append: async (topic, partition, values) => {
    for (const value of values) log.append(topic, { key: null, value, partition })
  },
  read: async topic => log.records(topic).map(({ value }) => String(value)),
}
