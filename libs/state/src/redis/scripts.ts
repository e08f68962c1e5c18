import type { Result } from 'ioredis';
import { mostWriters } from '../generation.js';

/**
 * Writes a record if it is still the expected one; otherwise returns the present one and the time, so that the next try
 * needs no reading. An empty text means no record.
 */
const swapRecord = `
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return {now, redis.call('TIME')} end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

/** The record, the generation and the time, at one moment. */
const readGuarded = `return {redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2]), redis.call('TIME')}`;

/**
 * As `swapRecord`, for a record of a generation: writes only if the generation is the expected one and has at least the
 * expected number of writes, also of the writer; raises that number, and remembers it as the writer's last one. Once set,
 * `replicated` stays.
 */
const swapGuarded = `
local now, generation = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
local readable, found = pcall(cjson.decode, generation or '')
local same = readable and type(found) == 'table' and found.id == ARGV[3] and type(found.writes) == 'number'
  and found.writes >= tonumber(ARGV[4])
local lastWrites = same and type(found.lastWrites) == 'table' and found.lastWrites or {}
if not same or (now or '') ~= ARGV[1] or (lastWrites[ARGV[6]] or 0) < tonumber(ARGV[7]) then
  return {now, generation, redis.call('TIME')}
end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
local writes = found.writes + 1
local fields = {string.format('"id":"%s","writes":%.0f', found.id, writes)}
if found.replicated or ARGV[5] == '1' then table.insert(fields, '"replicated":true') end
if ARGV[6] ~= '' then lastWrites[ARGV[6]] = writes end
local writers = {}
for writer in pairs(lastWrites) do table.insert(writers, writer) end
if #writers > 0 then
  table.sort(writers, function(a, b) return lastWrites[a] > lastWrites[b] end)
  local kept = {}
  for at = 1, math.min(#writers, ${mostWriters}) do
    kept[at] = string.format('%s:%.0f', cjson.encode(writers[at]), lastWrites[writers[at]])
  end
  table.insert(fields, '"lastWrites":{' .. table.concat(kept, ',') .. '}')
end
redis.call('SET', KEYS[2], '{' .. table.concat(fields, ',') .. '}')
return writes`;

/** The time of the server that has the key: the servers of a cluster have a clock each. */
const readTime = `return redis.call('TIME')`;

export const scripts = {
  swapRecord: { lua: swapRecord, numberOfKeys: 1 },
  readGuarded: { lua: readGuarded, numberOfKeys: 2 },
  swapGuarded: { lua: swapGuarded, numberOfKeys: 2 },
  readTime: { lua: readTime, numberOfKeys: 1 },
};

declare module 'ioredis' {
  // The library's way of typing scripts: they become methods of the connection.
  interface RedisCommander<Context> {
    swapRecord(key: string, old: string, fresh: string, expiresInMs: string): Result<unknown, Context>;
    readGuarded(key: string, generationKey: string): Result<unknown, Context>;
    swapGuarded(
      key: string,
      generationKey: string,
      old: string,
      fresh: string,
      id: string,
      writes: number,
      replicated: '0' | '1',
      writer: string,
      lastWrite: number,
    ): Result<unknown, Context>;
    readTime(key: string): Result<unknown, Context>;
  }
}
