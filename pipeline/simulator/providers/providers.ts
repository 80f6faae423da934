import { anthropicProvider } from './anthropic-provider.ts'
import { azureProvider } from './azure-provider.ts'
import { deepseekProvider } from './deepseek-provider.ts'
import { geminiProvider } from './gemini-provider.ts'
import { openaiProvider } from './openai-provider.ts'

/** By the name in the settings. */
export const providers = {
  openai: openaiProvider,
  anthropic: anthropicProvider,
  azure: azureProvider,
  gemini: geminiProvider,
  deepseek: deepseekProvider,
} as const
