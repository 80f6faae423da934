import { quotaLimitNames } from '../../schemas/quota-limits.ts'

/**
 * Leases, the line of waiting workers, and from when on a call may start: the second part of the quota's script.
 *
 * Of the workers that wait for a turn, the one whose call has waited longest goes first. Each is told its own turn, so that
 * they do not all come at once, and loses it when it does not come.
 */
export const quotaAdmissionLua = `
local STATE, MINUTE, DAY, LEASES, COSTS, WORKERS, WAITING = unpack(KEYS)
local EXPIRED_MAX = 50
local WAITING_MAX = 100
-- How late a worker may come when its turn has come: then the others go on without it.
local LATE_MS = 50
local POLL_MS_MAX = 250
local KEPT_SHARE_OF_DAY = 0.05
local CLOSED, CONCURRENCY = 0, 7
local NAMES = { [0] = 'closed', ${quotaLimitNames.map(name => `'${name}'`).join(', ')} }

local limits = call.limits
local saved = redis.call('HMGET', STATE, 'id', 'epoch', 'closed', 'critical', 'turns', 'gather_until', 'gather_count')
local state = {
  id = saved[1],
  epoch = tonumber(saved[2] or 0),
  closed = tonumber(saved[3] or 0),
  critical = tonumber(saved[4] or 0),
  turns = unpacked(saved[5]),
  gather_until = tonumber(saved[6] or 0),
  gather_count = tonumber(saved[7] or 0),
}

local function save_state()
  redis.call('HSET', STATE, 'id', state.id, 'epoch', state.epoch, 'closed', state.closed, 'critical', state.critical,
    'turns', pack(state.turns), 'gather_until', state.gather_until, 'gather_count', state.gather_count)
  redis.call('PEXPIRE', STATE, math.ceil(math.max(call.dayMs, state.closed - now)))
end

local function interval_ms(log, measure, cost)
  local limit = limits[measure]
  return limit and log.heldMs / math.max(1, limit) * cost[measure] or 0
end

-- Of tokens of the minute, where what was not used is not charged.
local function is_given_back(by)
  return by >= 2 and by <= 4 and call.charge == 'settle'
end

local function add_lease(lease, at, tokens)
  redis.call('ZADD', LEASES, at + call.leaseMs, lease)
  redis.call('HSET', COSTS, lease, struct.pack('>ddd', at, tokens[1], tokens[2]))
  redis.call('PEXPIRE', LEASES, call.leaseMs)
  redis.call('PEXPIRE', COSTS, call.leaseMs)
end

local function in_flight()
  local expired = redis.call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, EXPIRED_MAX)
  if #expired > 0 then
    redis.call('ZREM', LEASES, unpack(expired))
    redis.call('HDEL', COSTS, unpack(expired))
  end
  return redis.call('ZCARD', LEASES)
end

-- A lease that has ended is gone, so that ending it again does nothing.
local function settle(minute, day, lease, used)
  local text = redis.call('HGET', COSTS, lease)
  if not text then return end
  redis.call('HDEL', COSTS, lease)
  redis.call('ZREM', LEASES, lease)
  if not used or call.charge == 'estimate' then return end
  local at, input, output = struct.unpack('>ddd', text)
  local more = { 0, used[1] + used[2] - input - output, used[1] - input, used[2] - output }
  charge(minute, at, more)
  charge(day, at, more)
  for measure = 1, 4 do state.turns[measure] = state.turns[measure] + interval_ms(minute, measure, more) end
end

local function poll_ms(workers)
  return math.min(POLL_MS_MAX, math.max(20, 10 * workers))
end

-- Which other workers come first: those that have waited longer. Whoever did not come when its turn came is forgotten.
local function line_before(workers)
  local since = now - call.waitedMs - (call.critical and call.minuteMs or 0)
  local line = { workers = workers, since = since, turns = 0, places = 0, opens = 0, is_awaited = false }
  local entries = redis.call('HGETALL', WAITING)
  for i = 1, #entries, 2 do
    local worker = entries[i]
    local waits_since, asks, opens, by, is_turn = struct.unpack('>ddddd', entries[i + 1])
    local comes_first = waits_since < since or (waits_since == since and worker < call.worker)
    if worker ~= call.worker and asks + LATE_MS < now then
      redis.call('HDEL', WAITING, worker)
    else
      line.is_awaited = line.is_awaited or is_turn == 1
      if worker ~= call.worker and by <= 4 and comes_first then
        line.turns = line.turns + 1
        if is_turn == 0 then line.opens = math.max(line.opens, opens) end
      elseif worker ~= call.worker and by == CONCURRENCY and waits_since + poll_ms(workers) < since then
        -- A place is kept for it until it asks again, and only when it has waited notably longer: it costs time.
        line.places = line.places + 1
      end
    end
  end
  return line
end

local function wait_in_line(line, opening)
  local asks = opening.at
  -- The calls of others may give tokens back sooner, and only asking tells.
  if is_given_back(opening.by) and opening.in_flight > call.inFlight then asks = math.min(asks, now + POLL_MS_MAX) end
  if redis.call('HLEN', WAITING) < WAITING_MAX or redis.call('HEXISTS', WAITING, call.worker) == 1 then
    redis.call('HSET', WAITING, call.worker,
      struct.pack('>ddddd', line.since, asks, opening.at, opening.by, opening.is_turn and 1 or 0))
    redis.call('PEXPIRE', WAITING, call.minuteMs)
  end
  return { kind = 'wait', waitMs = math.ceil(asks - now), by = NAMES[opening.by] }
end

local function last_opening(minute, day, line, cost)
  local last = { at = state.closed, by = CLOSED, in_flight = in_flight() }
  local function opens(by, at, is_turn)
    if at > last.at then last.at, last.by, last.is_turn = at, by, is_turn end
  end
  local is_kept = not call.critical and call.placesMax >= 2 and state.critical + call.minuteMs > now
  if last.in_flight + line.places >= call.placesMax - (is_kept and 1 or 0) then
    -- Of its own calls it sees the end itself.
    local others = last.in_flight > call.inFlight or line.places > 0
    opens(CONCURRENCY, now + (others and poll_ms(line.workers) or POLL_MS_MAX))
  end
  local levels = {}
  for measure = 1, 4 do levels[measure] = limits[measure] and limits[measure] - cost[measure] or nil end
  local room_at = falls_to_at(minute, levels)
  for measure = 1, 4 do
    if room_at[measure] then
      opens(measure, room_at[measure])
      -- Those before it need their turns, too, or the time until the window has room for them.
      local turn = state.turns[measure] + line.turns * interval_ms(minute, measure, cost)
      opens(measure, math.max(turn, line.opens), true)
    end
  end
  local is_rest = not call.critical and state.critical + call.dayMs > now
  levels = {}
  for measure = 1, 2 do
    local limit = limits[measure + 4]
    if limit then levels[measure] = (is_rest and limit * (1 - KEPT_SHARE_OF_DAY) or limit) - cost[measure] end
  end
  room_at = falls_to_at(day, levels)
  for measure = 1, 2 do
    local at = room_at[measure] or 0
    opens(measure + 4, is_rest and math.min(at, state.critical + call.dayMs) or at)
  end
  return last
end
`
