import { createHash } from 'node:crypto';

/**
 * The steps of the protocol as scripts: Redis runs each of them alone. All names share one hash tag, so that in a cluster they
 * are on one node.
 *
 * `state` is a hash: `epoch`, which every entry is of, and `from`, the time before which nothing is taken or put in. A mark is a
 * hash: `v`, its version, and a field with its end for each hold. An entry is a text: a letter, the stamp (epoch and versions of
 * its marks), a line break, and what it holds: `v` a value, `l` the token of a lease. Times are the server's own.
 */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** KEYS: state, marks, entries. ARGV: how many marks there are, …, and at `first` for each entry the positions of its marks. */
const STAMPS = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local count = tonumber(ARGV[1])
local function version(key, fresh, ms)
  local all = redis.call('HGETALL', key)
  local found, held = nil, false
  for i = 1, #all, 2 do
    if all[i] == 'v' then found = all[i + 1]
    elseif tonumber(all[i + 1]) > now then held = true
    else redis.call('HDEL', key, all[i]) end
  end
  if held then return nil end
  if not found and fresh then redis.call('HSET', key, 'v', fresh) found = fresh end
  if found and fresh and redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
  return found
end
local function stamp(epoch, versions, places)
  for i in string.gmatch(places, '%d+') do
    local found = versions[tonumber(i)]
    if not found then return nil end
    epoch = epoch .. '.' .. found
  end
  return epoch .. '\\n'
end
`;

/** ARGV: marks, token (empty: none), a version that was never there, life of a lease, life of marks; then the entries. */
export const GET = script(`${STAMPS}
local token, fresh, lease, life = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local state = redis.call('HMGET', KEYS[1], 'epoch', 'from')
local epoch = state[1]
if not epoch then epoch = fresh redis.call('HSET', KEYS[1], 'epoch', epoch) end
local early = state[2] and now < tonumber(state[2])
local versions = {}
for i = 1, count do versions[i] = not early and version(KEYS[1 + i], fresh, life) end
local answers = {}
for e = 1, #KEYS - 1 - count do
  local key = KEYS[1 + count + e]
  local head = stamp(epoch, versions, ARGV[5 + e])
  if not head then answers[e] = 'n'
  else
    local entry = redis.call('GET', key) or ''
    if string.sub(entry, 1, #head + 1) == 'v' .. head then answers[e] = 'v' .. string.sub(entry, #head + 2)
    elseif token == '' then answers[e] = 'n'
    elseif string.sub(entry, 1, #head + 1) == 'l' .. head then answers[e] = 'w'
    else
      redis.call('SET', key, 'l' .. head .. token, 'PX', lease)
      answers[e] = 'l'
    end
  end
end
return answers`);

/** ARGV: marks, token; then for each entry the positions of its marks, its life (0: give the lease back), its value. */
export const SET = script(`${STAMPS}
local state = redis.call('HMGET', KEYS[1], 'epoch', 'from')
if not state[1] or (state[2] and now < tonumber(state[2])) then return 0 end
local versions = {}
for i = 1, count do versions[i] = version(KEYS[1 + i]) end
for e = 1, #KEYS - 1 - count do
  local key = KEYS[1 + count + e]
  local head = stamp(state[1], versions, ARGV[3 * e])
  if head and redis.call('GET', key) == 'l' .. head .. ARGV[2] then
    if ARGV[3 * e + 1] == '0' then redis.call('DEL', key)
    else redis.call('SET', key, 'v' .. head .. ARGV[3 * e + 2], 'PX', ARGV[3 * e + 1]) end
  end
end
return 1`);

/** KEYS: marks. ARGV: holder, milliseconds. */
export const HOLD = script(`
local t = redis.call('TIME')
local till = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[2])
for _, key in ipairs(KEYS) do
  redis.call('HDEL', key, 'v')
  redis.call('HSET', key, ARGV[1], string.format('%.0f', till))
  if redis.call('PTTL', key) < tonumber(ARGV[2]) then redis.call('PEXPIRE', key, ARGV[2]) end
end
return 1`);

/** KEYS: marks. ARGV: holder. */
export const RELEASE = script(`
for _, key in ipairs(KEYS) do redis.call('HDEL', key, 'v', ARGV[1]) end
return 1`);

/** KEYS: marks, entries. ARGV: how many marks there are. */
export const DELETE = script(`
for i, key in ipairs(KEYS) do
  if i <= tonumber(ARGV[1]) then redis.call('HDEL', key, 'v') else redis.call('DEL', key) end
end
return 1`);

/** KEYS: state. ARGV: an epoch that was never there, milliseconds in which nothing is taken or put in. */
export const CLEAR = script(`
local t = redis.call('TIME')
local from = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[2])
local known = tonumber(redis.call('HGET', KEYS[1], 'from') or '0')
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
if from > known and ARGV[2] ~= '0' then redis.call('HSET', KEYS[1], 'from', string.format('%.0f', from)) end
return 1`);
