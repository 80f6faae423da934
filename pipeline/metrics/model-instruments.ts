import type { Counter, Gauge, Histogram } from 'prom-client'
import type { InstrumentMakers } from './instrument-makers.ts'

export interface ModelInstruments {
  readonly calls: Counter<'model' | 'result'>
  readonly call: Histogram<'model'>
  readonly wait: Histogram<'model' | 'priority'>
  readonly tokens: Counter<'model' | 'direction'>
  readonly cost: Counter<'model' | 'rule_id'>
  readonly inFlight: Gauge<'model'>
  readonly queueLength: Gauge<'model' | 'priority'>
  readonly limit: Gauge<'model' | 'limit' | 'kind'>
  readonly cache: Counter<'result'>
  readonly fallbacks: Counter<'from' | 'to' | 'reason'>
  readonly breakerOpen: Gauge<'model'>
  readonly quotaDegraded: Gauge<'model'>
}

const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300]

/** What is known of the models: calls, waiting, tokens, cost, limits. */
export function modelInstruments({ counter, gauge, histogram }: InstrumentMakers): ModelInstruments {
  return {
    calls: counter('model_calls_total', 'Requests to a model: ok, invalid, failed, abandoned.', [
      'model',
      'result',
    ]),
    call: histogram('model_call_seconds', 'Time from sending a request to its whole answer.', {
      labels: ['model'],
      buckets,
    }),
    wait: histogram('model_wait_seconds', 'Time that a request waited to be admitted.', {
      labels: ['model', 'priority'],
      buckets,
    }),
    tokens: counter('model_tokens_total', 'Tokens, by direction: input, output.', ['model', 'direction']),
    cost: counter('model_cost_usd_total', 'Cost by the configured price, in US dollars.', [
      'model',
      'rule_id',
    ]),
    inFlight: gauge('model_in_flight', 'Requests that are at the model now.', ['model']),
    queueLength: gauge('model_queue_length', 'Requests that wait to be admitted.', ['model', 'priority']),
    limit: gauge('model_limit', 'Limits of a model; absent where there is none.', ['model', 'limit', 'kind']),
    cache: counter('cache_requests_total', 'Questions that the cache may answer: hit, miss, shared.', [
      'result',
    ]),
    fallbacks: counter('model_fallbacks_total', 'Questions that went on to another model, by the failure.', [
      'from',
      'to',
      'reason',
    ]),
    quotaDegraded: gauge(
      'quota_degraded',
      '1 while the quota is not shared, because Redis is away, and this process takes its part of it; else 0.',
      ['model'],
    ),
    breakerOpen: gauge('model_breaker_open', '1 while calls to the model are stopped, else 0.', ['model']),
  }
}
