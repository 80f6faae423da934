/**
 * What was sent within a window, in cells: the first part of the quota's script.
 *
 * A hash for each window: a field for each cell that holds something, the first cell that still counts, and their sum. A
 * cost is four numbers: requests, tokens, input tokens, output tokens. A cell is held until all of it is older than the
 * window and the delay allowance, so that what rounding costs is time, never the limit.
 */
export const quotaLogLua = `
local CELLS = 600
-- Fields read by one command.
local READ_MAX = 100
local WALK_MAX = 100

local call = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000

local function pack(cost)
  return struct.pack('>dddd', cost[1], cost[2], cost[3], cost[4])
end

local function unpacked(text)
  if not text then return { 0, 0, 0, 0 } end
  local a, b, c, d = struct.unpack('>dddd', text)
  return { a, b, c, d }
end

local function add(to, cost, sign)
  for measure = 1, 4 do to[measure] = to[measure] + sign * cost[measure] end
end

-- Calls look(cell, cost) for each cell from first to last that holds something, until it says true.
local function each_cell(log, first, last, look)
  for from = first, last, READ_MAX do
    local cells = {}
    for cell = from, math.min(last, from + READ_MAX - 1) do cells[#cells + 1] = cell end
    local costs = redis.call('HMGET', log.key, unpack(cells))
    for i, cell in ipairs(cells) do
      if costs[i] and look(cell, unpacked(costs[i])) then return end
    end
  end
end

local function open_log(key, windowMs)
  local cellMs = math.ceil(windowMs / CELLS)
  local spanMs = windowMs + call.jitterMs
  local keep = math.floor((now - spanMs) / cellMs)
  local head = redis.call('HMGET', key, 'first', 'sum')
  local log = { key = key, cellMs = cellMs, spanMs = spanMs, heldMs = spanMs + cellMs, keep = keep, first = keep, sum = unpacked(head[2]) }
  local first = tonumber(head[1] or keep)
  if first >= keep then
    log.first = first
    return log
  end
  -- The key would have expired if its newest cell were old, so that these are never more than there are cells.
  local old = {}
  each_cell(log, first, keep - 1, function(cell, cost)
    old[#old + 1] = cell
    add(log.sum, cost, -1)
  end)
  for from = 1, #old, READ_MAX do
    redis.call('HDEL', key, unpack(old, from, math.min(#old, from + READ_MAX - 1)))
  end
  redis.call('HSET', key, 'first', keep, 'sum', pack(log.sum))
  return log
end

local function charge(log, at, cost)
  local cell = math.floor(at / log.cellMs)
  if cell < log.keep then return end
  -- An empty log begins with its first cost, so that a walk finds it soon.
  log.first = log.sum[1] > 0 and math.min(log.first, cell) or cell
  local held = unpacked(redis.call('HGET', log.key, cell))
  add(held, cost, 1)
  add(log.sum, cost, 1)
  redis.call('HSET', log.key, cell, pack(held), 'first', log.first, 'sum', pack(log.sum))
  redis.call('PEXPIRE', log.key, math.ceil(log.heldMs))
end

local function leaves_at(log, cell)
  return (cell + 1) * log.cellMs + log.spanMs
end

-- For each measure, from when on no more than its level is held of what is held now. Further on than WALK_MAX cells it is
-- not looked: the answer is then too early, and what is possible has to be asked again anyway.
local function falls_to_at(log, levels)
  local at, left = {}, {}
  local open = 0
  for measure, level in pairs(levels) do
    at[measure] = 0
    left[measure] = log.sum[measure]
    if left[measure] > level then open = open + 1 end
  end
  if open == 0 then return at end
  local last = math.min(math.floor(now / log.cellMs), log.first + WALK_MAX - 1)
  each_cell(log, log.first, last, function(cell, cost)
    for measure, level in pairs(levels) do
      if left[measure] > level then
        left[measure] = left[measure] - cost[measure]
        at[measure] = leaves_at(log, cell)
        if left[measure] <= level then open = open - 1 end
      end
    end
    return open == 0
  end)
  for measure, level in pairs(levels) do
    if left[measure] > level then at[measure] = leaves_at(log, last) end
  end
  return at
end

-- What is held, in a few parts, each with the age of its youngest.
local function profile(log, parts)
  local last = math.floor(now / log.cellMs)
  local width = math.ceil((last - log.first + 1) / parts)
  local rows = {}
  local row, edge
  each_cell(log, log.first, last, function(cell, cost)
    if not row or cell > edge then
      edge = log.first + (math.floor((cell - log.first) / width) + 1) * width - 1
      row = { math.max(0, now - (edge + 1) * log.cellMs), 0, 0, 0 }
      rows[#rows + 1] = row
    end
    row[2], row[3], row[4] = row[2] + cost[1], row[3] + cost[3], row[4] + cost[4]
  end)
  -- What is empty is an object to the encoder.
  return #rows > 0 and rows or nil
end

-- Parts like those of a profile, as one worker tells them.
local function charge_parts(log, rows)
  for _, row in ipairs(rows) do charge(log, now - row[1], { row[2], row[3] + row[4], row[3], row[4] }) end
end
`
