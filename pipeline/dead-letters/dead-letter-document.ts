import { isUtf8 } from 'node:buffer'
import type { ListedLetter } from './dead-letter-log.ts'

/** A dead letter for machines; bytes that are not UTF-8 are written as base64, all of them then, as in a recording. */
export function deadLetterDocument({ letter, replayed }: ListedLetter): Readonly<Record<string, unknown>> {
  const { partition, offset, at, stage, reason, detail, target, origin, key, value } = letter
  const headers = Object.entries(letter.ownHeaders).map(
    ([name, header]) => [name, Buffer.from([header].flat().at(-1) ?? '')] as const,
  )
  const plain = [key, value, ...headers.map(([, bytes]) => bytes)].every(
    bytes => bytes === null || isUtf8(bytes),
  )
  const encoding = plain ? 'utf8' : 'base64'
  return {
    partition,
    offset: `${offset}`,
    at,
    stage,
    reason,
    detail,
    target,
    topic: origin.topic,
    origin_partition: origin.partition,
    origin_offset: origin.offset,
    rule_id: letter.ruleId,
    decision_id: letter.decisionId,
    truncated: letter.truncated,
    replayed,
    key: key?.toString(encoding) ?? null,
    value: value?.toString(encoding) ?? null,
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, bytes.toString(encoding)])),
    ...(!plain && { encoding }),
  }
}
