-- Starts the lease anew if the claim is still the token's.
--
-- KEYS[1]  the record
-- ARGV[1]  the token: number and attempt, 24 bytes
-- ARGV[2]  the lease and the grace, in milliseconds
-- reply    1, or 0 if the claim is not the token's any more
local header = redis.call('GETRANGE', KEYS[1], 0, 27)
if string.sub(header, 1, 1) == 'P' and string.byte(header, 2) == 1 and string.sub(header, 5) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
