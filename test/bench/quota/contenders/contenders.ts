import type { Contender } from '../contender.ts'
import { bottleneckContender } from './bottleneck-contender.ts'
import { gatewayContender } from './gateway-contender.ts'
import { openaiAlone } from './openai-alone.ts'
import { pQueueContender } from './p-queue-contender.ts'
import { seedContender } from './seed-contender.ts'

/** In the order in which they run. */
export const contenders: readonly Contender[] = [
  openaiAlone(2),
  openaiAlone(10),
  pQueueContender(false),
  pQueueContender(true),
  bottleneckContender('reservoir'),
  bottleneckContender('min-time'),
  seedContender,
  gatewayContender,
]
