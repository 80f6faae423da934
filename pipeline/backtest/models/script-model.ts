import { defer, of } from 'rxjs'
import type { AskModel, ModelReply } from '../../../operators/asking/model.ts'
import type { Script } from '../../simulator/script/compile-script.ts'
import type { AnswerCounts } from './answer-counts.ts'
import { tokenEstimate } from './token-estimate.ts'

/** Answers by a script, as the simulated provider does, with the tokens that it counts. */
export function scriptModel(script: Script, counts: AnswerCounts): AskModel {
  return request =>
    defer(() => {
      counts.known++
      const said = request.messages.filter(({ role }) => role !== 'assistant').map(({ content }) => content)
      const { text, finishReason } = script(said.join('\n\n'))
      const { input } = tokenEstimate(request)
      return of({
        text,
        finish: finishOf(finishReason),
        tokens: { input, output: Math.ceil(text.length / 4) },
      })
    })
}

function finishOf(reason: string): ModelReply['finish'] {
  return reason === 'length' || reason === 'content_filter' ? reason : 'stop'
}
