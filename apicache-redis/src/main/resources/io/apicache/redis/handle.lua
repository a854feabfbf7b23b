-- Stores the response if the claim is still the token's, and sends it to the inboxes in the record.
--
-- KEYS[1]  the record
-- KEYS[2]  where a large response has been put by SET just before; absent for a small one
-- ARGV[1]  the token: number and attempt, 24 bytes
-- ARGV[2]  the handled record; of a large one only its header
-- ARGV[3]  how long it lives, in milliseconds
-- ARGV[4]  what stands before an inbox in the name of its channel
-- ARGV[5]  the longest record that is sent whole; of a longer one the header is sent as a notice
-- reply    'A' and the 32 bytes of the fingerprint  stored
--          'B'  stored before by the same token: GET it
--          'S'  the record is somebody else's
--          'L'  there is no record any more
--          'M'  what should be in KEYS[2] is not there
--          'X'  not a record of this format
--
-- Safe to run twice. PUBLISH comes last: what it announces is stored.
local HEADER, INBOX, INBOXES = 84, 16, 1024
local NOTICE = 8
local NO_FINGERPRINT = string.rep('\0', 32)

local function refuse(reply)
  if KEYS[2] then
    redis.call('UNLINK', KEYS[2])
  end
  return reply
end

local record = redis.call('GETRANGE', KEYS[1], 0, HEADER + INBOXES * INBOX - 1)
local state = string.sub(record, 1, 1)
if record == '' then
  return refuse(redis.call('EXISTS', KEYS[1]) == 1 and 'X' or 'L')
elseif #record < HEADER or string.byte(record, 2) ~= 1 then
  return refuse('X')
elseif string.sub(record, 5, 28) ~= ARGV[1] then
  return refuse('S')
elseif state == 'D' then
  return refuse('B')
elseif state ~= 'P' then
  return refuse('L')
end

if not KEYS[2] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
elseif redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('RENAME', KEYS[2], KEYS[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
else
  return 'M'
end
local fingerprint = string.sub(record, 45, 76)
local header = string.sub(ARGV[2], 1, 44) .. fingerprint .. string.sub(ARGV[2], 77, HEADER)
if fingerprint ~= NO_FINGERPRINT then
  redis.call('SETRANGE', KEYS[1], 44, fingerprint)
end

if #record > HEADER then
  local limit, message = tonumber(ARGV[5]), nil
  if redis.call('STRLEN', KEYS[1]) > limit then
    message = string.sub(header, 1, 2) .. string.char(string.byte(header, 3) + NOTICE) .. string.sub(header, 4)
  elseif KEYS[2] or fingerprint ~= NO_FINGERPRINT then
    message = redis.call('GET', KEYS[1])
  else
    message = ARGV[2]
  end
  for i = HEADER + 1, #record, INBOX do
    redis.call('PUBLISH', ARGV[4] .. string.sub(record, i, i + INBOX - 1), message)
  end
end
return 'A' .. fingerprint
