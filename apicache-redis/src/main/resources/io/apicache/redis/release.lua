-- Gives a claim back, if the attempt holds it. A tombstone stays behind, so that numbers go on rising and a late owner is refused.
--
-- KEYS[1]  the record
-- ARGV[1]  the attempt, 16 bytes; or the token, number and attempt, 24 bytes
-- ARGV[2]  how long the tombstone lives, in milliseconds
-- ARGV[3]  what stands before an inbox in the name of its channel
-- reply    1 if the attempt held it, else 0
local HEADER, INBOX, INBOXES = 84, 16, 1024

local record = redis.call('GETRANGE', KEYS[1], 0, HEADER + INBOXES * INBOX - 1)
local holder = string.sub(record, 29 - #ARGV[1], 28)
if string.sub(record, 1, 1) ~= 'P' or string.byte(record, 2) ~= 1 or holder ~= ARGV[1] then
  return 0
end
local tombstone = 'R' .. string.sub(record, 2, HEADER)
redis.call('SET', KEYS[1], tombstone, 'PX', ARGV[2])
for i = HEADER + 1, #record, INBOX do
  redis.call('PUBLISH', ARGV[3] .. string.sub(record, i, i + INBOX - 1), tombstone)
end
return 1
