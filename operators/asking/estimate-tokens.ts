const ASCII_CHARACTERS_PER_TOKEN = 2
const TWO_BYTE_TOKENS = 1
const THREE_BYTE_TOKENS = 2
// One half of a surrogate pair: four bytes of UTF-8, each of which can be a token of its own.
const HALF_PAIR_TOKENS = 2

/**
 * Upper estimate of the tokens of a text, without a tokenizer.
 *
 * Measured with cl100k_base and o200k_base: events as JSON have 2.2 (hashes, base64) to 3.8 (English) ASCII characters
 * a token, and other scripts stay below one token for two bytes of UTF-8. Only long runs of punctuation have more.
 */
export function estimateTokens(text: string): number {
  let asciiCharacters = 0
  let otherTokens = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) asciiCharacters += 1
    else otherTokens += tokensOf(unit)
  }
  return Math.ceil(asciiCharacters / ASCII_CHARACTERS_PER_TOKEN + otherTokens)
}

function tokensOf(unit: number): number {
  if (unit < 0x800) return TWO_BYTE_TOKENS
  return unit >= 0xd800 && unit <= 0xdfff ? HALF_PAIR_TOKENS : THREE_BYTE_TOKENS
}
