import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import { memoryTable } from '../../../pipeline/memory/memory-table.ts'
import { describeKeptTable } from '../../contract/kept-table.contract.ts'

describeKeptTable('the memory', () => {
  const log = memoryPartition()
  return Promise.resolve({
    open: options => memoryTable(log, options),
    append: (key, value) => {
      log.append({ key, value }, 0)
      return Promise.resolve()
    },
  })
})
