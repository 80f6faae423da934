/**
 * JSON Schema of the answer, as sent to the provider.
 *
 * Only what every strict mode accepts: flat, all properties required, nothing additional. Ranges and lengths are not in
 * it, since some providers refuse a schema that has `minimum` or `maxLength`; `parseAnswer` checks them.
 */
export const answerSchema = {
  type: 'object',
  properties: {
    should_trigger: { type: 'boolean', description: 'Whether the rule holds for these events' },
    confidence: {
      type: 'number',
      description: 'How sure the verdict is, true or false alike: a number from 0 to 1',
    },
    reason: { type: 'string', description: 'Which events decided it, in at most three short sentences' },
  },
  required: ['should_trigger', 'confidence', 'reason'],
  additionalProperties: false,
} as const
