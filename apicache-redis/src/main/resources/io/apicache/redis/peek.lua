-- Looks at a record and at what is left of its life in one step, and changes nothing.
--
-- KEYS[1]  the record
-- ARGV[1]  the length of the longest record that is sent
-- reply    {}                           no record
--          {record, milliseconds left}  the record; -1 if it never ends
--          {length}                     longer than that
if redis.call('STRLEN', KEYS[1]) > tonumber(ARGV[1]) then
  return { redis.call('STRLEN', KEYS[1]) }
end
local record = redis.call('GET', KEYS[1])
if not record then
  return {}
end
return { record, redis.call('PTTL', KEYS[1]) }
