-- Removes a record whatever its state, and also one that cannot be read. Who works on it is fenced off by the tombstone.
--
-- KEYS[1]  the record
-- ARGV[1]  a tombstone, in case what is there is no record of this key, or not even a string
-- ARGV[2]  how long the tombstone lives, in milliseconds
-- ARGV[3]  what stands before an inbox in the name of its channel
-- reply    1 if there was a record, else 0
local HEADER, INBOX, INBOXES, GRACE = 84, 16, 1024, 5000
local HELD_BRIEFLY, HAND_OVER = 2, 4
local LAST_NUMBER = 2 ^ 53 - 2

local header = redis.pcall('GETRANGE', KEYS[1], 0, HEADER - 1)
if type(header) == 'table' then
  if not string.find(header.err, 'WRONGTYPE', 1, true) then
    return header
  end
  header = 'another type'
end
local state = string.sub(header, 1, 1)
if header == '' and redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local readable = #header == HEADER and string.byte(header, 2) == 1
  and string.sub(header, 29, 44) == string.sub(ARGV[1], 29, 44)
if readable then
  local number = struct.unpack('>L', string.sub(header, 5, 12))
  readable = number >= 1 and number < LAST_NUMBER -- which has no successor
end
if readable and state == 'R' then
  return 0
end
local there, inboxes = 1, ''
if readable and state == 'P' then
  inboxes = redis.call('GETRANGE', KEYS[1], HEADER, HEADER + INBOXES * INBOX - 1)
elseif readable and state == 'D' then
  local flags = string.byte(header, 3)
  local over = flags == HAND_OVER or (flags == HELD_BRIEFLY and redis.call('PTTL', KEYS[1]) <= GRACE)
  there = over and 0 or 1
end
local tombstone = readable and ('R' .. string.sub(header, 2)) or ARGV[1]
redis.call('SET', KEYS[1], tombstone, 'PX', ARGV[2])
for i = 1, #inboxes, INBOX do
  redis.call('PUBLISH', ARGV[3] .. string.sub(inboxes, i, i + INBOX - 1), tombstone)
end
return there
