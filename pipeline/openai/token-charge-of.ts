/** Providers that charge a request's prompt and the output that it asks for, and give nothing back: as their documentation has it. */
const chargingEstimates = [
  /(^|\.)api\.openai\.com$/,
  /\.openai\.azure\.com$/,
  /\.cognitiveservices\.azure\.com$/,
]

/** What a provider charges its limits on tokens: the estimate, or in the end what was used. */
export function tokenChargeOf(baseUrl: string): 'estimate' | 'settle' {
  const { hostname } = new URL(baseUrl)
  return chargingEstimates.some(host => host.test(hostname)) ? 'estimate' : 'settle'
}
