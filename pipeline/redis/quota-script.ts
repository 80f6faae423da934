import { quotaAdmissionLua } from './quota-admission-lua.ts'
import { quotaLogLua } from './quota-log-lua.ts'

/**
 * The shared quota as one atomic script, in what Redis 6.2 and Valkey have. One argument, a call as JSON, and one answer,
 * a reply as JSON; both are described in quota-call.ts. All times are those of Redis.
 *
 * Whoever comes back after Redis was away begins a new epoch. In it nobody is answered who has not told what it sent without
 * Redis, and nothing is granted before all have, or are given up; so a call that lay in a connection all the time does
 * nothing.
 *
 * Bounded for each call: the cells of two windows (612 and 602), EXPIRED_MAX leases that have expired, WAITING_MAX workers
 * that wait. Every key expires when nobody uses it.
 */
export const quotaScript = `${quotaLogLua}${quotaAdmissionLua}
local GATHER_POLL_MS = 50
local PROFILE_PARTS = 20
-- Of a worker that was not heard of for so many beats nothing is expected any more.
local BEATS_MISSED_MAX = 3

local function contact()
  redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', now - BEATS_MISSED_MAX * call.beatMs)
  redis.call('ZADD', WORKERS, now, call.worker)
  redis.call('PEXPIRE', WORKERS, BEATS_MISSED_MAX * call.beatMs)
  return redis.call('ZCARD', WORKERS)
end

-- With what is used of each limit.
local function with_use(reply, minute, day)
  reply.use = { [NAMES[CONCURRENCY]] = in_flight() }
  for by = 1, 4 do reply.use[NAMES[by]] = minute.sum[by] end
  for by = 5, 6 do reply.use[NAMES[by]] = day.sum[by - 4] end
  return reply
end

-- Which limit is below what the call costs, if one is.
local function exceeded_by(cost)
  if call.placesMax < 1 then return CONCURRENCY end
  for by = 1, 6 do
    if limits[by] and limits[by] < cost[by > 4 and by - 4 or by] then return by end
  end
end

local function take(minute, day)
  local workers = contact()
  local input, output = call.tokens[1], call.tokens[2]
  local cost = { 1, input + output, input, output }
  local exceeded = exceeded_by(cost)
  if exceeded then return { kind = 'never', by = NAMES[exceeded] } end
  if state.gather_until > now and workers < state.gather_count then
    return { kind = 'wait', waitMs = GATHER_POLL_MS, by = NAMES[CLOSED] }
  end
  if call.critical then state.critical = now end
  local line = line_before(workers)
  local opening = last_opening(minute, day, line, cost)
  if opening.at > now then return wait_in_line(line, opening) end
  charge(minute, now, cost)
  charge(day, now, cost)
  for measure = 1, 4 do
    local ms = interval_ms(minute, measure, cost)
    -- What a waiting worker comes late is caught up by at most one interval, or what was given back between two polls;
    -- where none waits, the schedule starts anew.
    local late_ms = 0
    if line.is_awaited then late_ms = is_given_back(measure) and math.max(ms, 2 * POLL_MS_MAX) or ms end
    state.turns[measure] = math.max(state.turns[measure], now - late_ms) + ms
  end
  redis.call('HDEL', WAITING, call.worker)
  add_lease(call.lease, now, call.tokens)
  return { kind = 'granted' }
end

local function status(minute, day)
  local workers = contact()
  local seen = redis.call('HMGET', STATE, 'profile', 'profiled')
  local text, profiled = seen[1], tonumber(seen[2] or 0)
  -- One of the workers reads all cells; for the others it is new enough.
  if not text or profiled + call.beatMs <= now then
    text = cjson.encode({ minute = profile(minute, PROFILE_PARTS), day = profile(day, PROFILE_PARTS) })
    profiled = now
    redis.call('HSET', STATE, 'profile', text, 'profiled', now)
  end
  return { kind = 'status', id = state.id, epoch = state.epoch, workers = workers,
    closedMs = math.max(0, state.closed - now), profile = text, profileAgeMs = now - profiled }
end

local function join(minute, day)
  local is_known = state.id and state.id == call.id
  state.id = state.id or call.worker .. ':' .. now
  if call.workers > 0 and ((is_known and state.epoch == call.epoch) or (not is_known and state.epoch == 0)) then
    state.epoch = state.epoch + 1
    state.gather_until, state.gather_count = now + BEATS_MISSED_MAX * call.beatMs, call.workers
    redis.call('DEL', WORKERS)
  end
  local sent = is_known and call.away or call.own
  charge_parts(minute, sent.minute)
  charge_parts(day, sent.day)
  for _, row in ipairs(call.leases) do
    if redis.call('HEXISTS', COSTS, row[1]) == 0 then add_lease(row[1], now - row[2], { row[3], row[4] }) end
  end
  for _, row in ipairs(call.ended) do settle(minute, day, row[1], row[2] and { row[2], row[3] }) end
  state.closed = math.max(state.closed, now + call.closedMs)
  redis.call('HDEL', STATE, 'profile')
  return status(minute, day)
end

local function answer()
  if call.op == 'probe' then return { kind = 'done' } end
  local is_member = state.id and state.id == call.id and state.epoch == call.epoch
  if call.op ~= 'join' and not is_member then return { kind = 'unknown' } end
  if call.op == 'leave' then
    redis.call('ZREM', WORKERS, call.worker)
    redis.call('HDEL', WAITING, call.worker)
    return { kind = 'done' }
  end
  local minute, day = open_log(MINUTE, call.minuteMs), open_log(DAY, call.dayMs)
  local reply = { kind = 'done' }
  if call.op == 'take' then reply = take(minute, day)
  elseif call.op == 'beat' then reply = status(minute, day)
  elseif call.op == 'join' then reply = join(minute, day)
  elseif call.op == 'settle' then settle(minute, day, call.lease, call.used)
  elseif call.op == 'close' then state.closed = math.max(state.closed, now + call.forMs)
  end
  save_state()
  return with_use(reply, minute, day)
end

return cjson.encode(answer())
`
