-- Looks at a record that is not plainly free or handled, and takes it if it may be taken.
--
-- KEYS[1]  the record
-- ARGV[1]  the pending header of the caller
-- ARGV[2]  its lease and the grace, in milliseconds
-- ARGV[3]  the inbox of the caller's process, to be notified of changes; '' for a claim, which does not wait
-- reply    {'G', number, 1 if taken over, how long ago in milliseconds}  granted
--          {'P', header, milliseconds left} another owner's, and the inbox is in the record
--          {'D'}                            handled: read it
--          {'X', field}                     not a record of this format: the field is out of range
--
-- Safe to run twice: the caller's own header is granted again, and an inbox is written once.
local HEADER, INBOX, INBOXES, GRACE = 84, 16, 1024, 5000
local HELD_BRIEFLY, HAND_OVER = 2, 4
local LAST_NUMBER, LONGEST_GRACE, LONGEST_LEASE = 2 ^ 53 - 2, 60000, 86460000

local header = redis.call('GETRANGE', KEYS[1], 0, HEADER - 1)
local state, inboxes, previous = string.sub(header, 1, 1), '', 0
if header == '' then
  if redis.call('EXISTS', KEYS[1]) == 1 then
    return { 'X', 'length' }
  end
elseif #header < HEADER or string.byte(header, 2) ~= 1 then
  return { 'X', 'length or format version' }
else
  previous = struct.unpack('>L', string.sub(header, 5, 12))
  if previous < 1 or previous > LAST_NUMBER then
    return { 'X', 'number' }
  end
end

if state == 'P' then
  local life, grace = redis.call('PTTL', KEYS[1]), struct.unpack('>L', string.sub(header, 77, 84))
  local left = life - grace
  if grace < 1 or grace > LONGEST_GRACE or life < 0 or left > LONGEST_LEASE then
    return { 'X', 'lease' }
  elseif string.sub(header, 13, 28) == string.sub(ARGV[1], 13, 28) then
    return { 'G', string.sub(header, 5, 12), 0, ARGV[2] - life }
  end
  inboxes = redis.call('GETRANGE', KEYS[1], HEADER, HEADER + INBOXES * INBOX)
  if #inboxes % INBOX ~= 0 then
    return { 'X', 'inboxes' } -- or more of them than there may be
  elseif left > 0 then
    local known = ARGV[3] == '' or #inboxes >= INBOXES * INBOX
    for i = 1, #inboxes, INBOX do
      known = known or string.sub(inboxes, i, i + INBOX - 1) == ARGV[3]
    end
    if not known then
      redis.call('APPEND', KEYS[1], ARGV[3])
    end
    return { 'P', header, left }
  end
elseif state == 'D' then
  local flags = string.byte(header, 3)
  if ARGV[3] ~= '' or (flags ~= HELD_BRIEFLY and flags ~= HAND_OVER) then
    return { 'D' }
  end
  local life = redis.call('PTTL', KEYS[1])
  if life < 0 or life > 2 * GRACE + 60000 then
    return { 'X', 'retention' }
  elseif flags == HELD_BRIEFLY and life > GRACE then
    return { 'D' }
  end
elseif state ~= '' and state ~= 'R' then
  return { 'X', 'state' }
end

local number = string.sub(ARGV[1], 5, 12)
if struct.unpack('>L', number) <= previous then
  if previous == LAST_NUMBER then
    return { 'X', 'number' }
  end
  number = struct.pack('>L', previous + 1)
end
redis.call('SET', KEYS[1], string.sub(ARGV[1], 1, 4) .. number .. string.sub(ARGV[1], 13) .. inboxes, 'PX', ARGV[2])
return { 'G', number, state == 'P' and 1 or 0, 0 }
