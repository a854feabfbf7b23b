-- Looks at a record that is not plainly free or handled, and takes it if it may be taken.
--
-- KEYS[1]  the record
-- ARGV[1]  the pending header of the asker
-- ARGV[2]  its lease and the grace, in milliseconds
-- ARGV[3]  the inbox of the asker's process, to be told of changes; '' for a claim, which does not wait
-- reply    {'G', number, 1 if taken over, how long ago in milliseconds}  granted
--          {'P', header, milliseconds left} somebody else's, and the inbox is in the record
--          {'D'}                            handled: GET it
--          {'X'}                            not a record of this format
--
-- Safe to run twice: the asker's own header is granted again, and an inbox is written once.
local HEADER, INBOX, INBOXES, GRACE = 84, 16, 1024, 5000
local HELD_BRIEFLY, HAND_OVER = 2, 4

local header = redis.call('GETRANGE', KEYS[1], 0, HEADER - 1)
local state, inboxes = string.sub(header, 1, 1), ''
if header == '' and redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'X' }
elseif header ~= '' and (#header < HEADER or string.byte(header, 2) ~= 1) then
  return { 'X' }
end

if state == 'P' then
  if string.sub(header, 13, 28) == string.sub(ARGV[1], 13, 28) then
    return { 'G', string.sub(header, 5, 12), 0, ARGV[2] - redis.call('PTTL', KEYS[1]) }
  end
  inboxes = redis.call('GETRANGE', KEYS[1], HEADER, -1)
  local left = redis.call('PTTL', KEYS[1]) - struct.unpack('>L', string.sub(header, 77, 84))
  if left > 0 then
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
  if flags == HELD_BRIEFLY and redis.call('PTTL', KEYS[1]) > GRACE then
    return { 'D' }
  end
elseif state ~= '' and state ~= 'R' then
  return { 'X' }
end

local number = string.sub(ARGV[1], 5, 12)
if state ~= '' then
  local previous = struct.unpack('>L', string.sub(header, 5, 12))
  if struct.unpack('>L', number) <= previous then
    number = struct.pack('>L', previous + 1)
  end
end
redis.call('SET', KEYS[1], string.sub(ARGV[1], 1, 4) .. number .. string.sub(ARGV[1], 13) .. inboxes, 'PX', ARGV[2])
return { 'G', number, state == 'P' and 1 or 0, 0 }
