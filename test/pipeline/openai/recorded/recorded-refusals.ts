import { anthropicRefusals } from './anthropic-refusals.ts'
import { azureRefusals } from './azure-refusals.ts'
import { deepseekRefusals } from './deepseek-refusals.ts'
import { geminiRefusals } from './gemini-refusals.ts'
import { openaiRefusals } from './openai-refusals.ts'
import { otherRefusals } from './other-refusals.ts'
import type { RecordedRefusal } from './recorded-refusal.ts'

export const recordedRefusals: readonly RecordedRefusal[] = [
  ...openaiRefusals,
  ...anthropicRefusals,
  ...azureRefusals,
  ...deepseekRefusals,
  ...geminiRefusals,
  ...otherRefusals,
]
