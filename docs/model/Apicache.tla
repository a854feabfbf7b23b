------------------------------ MODULE Apicache ------------------------------
(***************************************************************************)
(* The protocol of one record: callers, each in a process of its own with  *)
(* one attempt, and one server that carries out one command after the      *)
(* other. Commands and replies are lost, repeated and late, messages are   *)
(* lost, processes die, leases lapse. README.md says what is left out.     *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
  Callers,
  MaxNumber,   \* where the exploration of numbers ends
  Faults,      \* how many commands, replies and subscriptions are lost, commands repeated, leases lost by those alive
  Deaths,      \* how many processes die
  Releases,    \* how often a claim is given back by its owner
  Forgettings, \* how often a record is forgotten by the server, once its five seconds are over
  Timers,      \* whether those who wait look again from time to time
  Mutant       \* "none", or a planted bug

VARIABLES
  rec,     \* the record
  st,      \* of each caller: idle, asking, waiting, owner, handling, told, refused, released, dead
  num,     \* of each caller: the number of its claim, or 0
  got,     \* of each caller: the response it was told, or 0
  net,     \* commands under way
  rep,     \* replies under way
  mail,    \* messages under way: who is told to look
  missed,  \* who has lost its subscription, and messages with it
  floor,   \* numbers up to here were drawn more than five seconds ago
  last,    \* the greatest number that an owner was granted
  fell,    \* whether somebody became owner with a number that was not greater than those before
  stored,  \* the responses that were accepted; each is known by the number of its claim
  stale,   \* whether a response was accepted from somebody who had been overtaken
  faults, deaths, releases, forgettings

budget == <<faults, deaths, releases, forgettings>>
seen == <<floor, last, fell, stored, stale>>
vars == <<rec, st, num, got, net, rep, mail, missed, seen, budget>>

\* late: the number was too old when the claim was made; rising: it was greater than all before
Gone == [st |-> "absent", num |-> 0, own |-> "nobody", live |-> FALSE, inb |-> {}, resp |-> 0, late |-> FALSE, rising |-> TRUE]

Init ==
  /\ rec = Gone
  /\ st = [c \in Callers |-> "idle"]
  /\ num = [c \in Callers |-> 0]
  /\ got = [c \in Callers |-> 0]
  /\ net = {} /\ rep = {} /\ mail = {} /\ missed = {}
  /\ floor = 0 /\ last = 0 /\ fell = FALSE /\ stored = {} /\ stale = FALSE
  /\ faults = 0 /\ deaths = 0 /\ releases = 0 /\ forgettings = 0

Alive(c) == st[c] # "dead"
Fault == faults < Faults /\ faults' = faults + 1 /\ UNCHANGED <<deaths, releases, forgettings>>

(***************************************************************************)
(* What callers send. The number of a claim is the time: greater than all  *)
(* that were drawn before. A command stays under way until it is served.   *)
(***************************************************************************)
Ask(c) == [kind |-> "ask", from |-> c, num |-> last + 1, ghost |-> FALSE]
Command(kind, c) == [kind |-> kind, from |-> c, num |-> num[c], ghost |-> FALSE]

Claim(c) ==
  /\ st[c] = "idle"
  /\ st' = [st EXCEPT ![c] = "asking"]
  /\ net' = net \cup {Ask(c)}
  /\ UNCHANGED <<rec, num, got, rep, mail, missed, seen, budget>>

\* What was not answered is sent again.
Again(c) ==
  /\ \A m \in net : m.from # c \/ m.ghost
  /\ \A r \in rep : r.to # c
  /\ \/ st[c] = "asking" /\ net' = net \cup {Ask(c)}
     \/ st[c] = "handling" /\ net' = net \cup {Command("handle", c)}
  /\ UNCHANGED <<rec, st, num, got, rep, mail, missed, seen, budget>>

Look(c) ==
  /\ st[c] = "waiting"
  /\ st' = [st EXCEPT ![c] = "asking"]
  /\ net' = net \cup {Ask(c)}

\* A message that comes while an answer is awaited is remembered.
Told(c) ==
  /\ c \in mail
  /\ st[c] # "asking"
  /\ mail' = mail \ {c}
  /\ IF st[c] = "waiting" THEN Look(c) ELSE UNCHANGED <<st, net>>
  /\ UNCHANGED <<rec, num, got, rep, missed, seen, budget>>

Rejoin(c) ==
  /\ Mutant # "no re-join"
  /\ c \in missed
  /\ st[c] # "asking"
  /\ missed' = missed \ {c}
  /\ IF st[c] = "waiting" THEN Look(c) ELSE UNCHANGED <<st, net>>
  /\ UNCHANGED <<rec, num, got, rep, mail, seen, budget>>

\* The safety interval, and the end of the owner's lease. While it would learn nothing it is not taken, so that runs stay finite.
Timer(c) ==
  /\ Timers
  /\ ~(rec.st = "P" /\ rec.live)
  /\ Look(c)
  /\ UNCHANGED <<rec, num, got, rep, mail, missed, seen, budget>>

Handle(c) ==
  /\ st[c] = "owner"
  /\ st' = [st EXCEPT ![c] = "handling"]
  /\ net' = net \cup {Command("handle", c)}
  /\ UNCHANGED <<rec, num, got, rep, mail, missed, seen, budget>>

GiveBack(c) ==
  /\ st[c] = "owner"
  /\ releases < Releases
  /\ releases' = releases + 1
  /\ st' = [st EXCEPT ![c] = "released"]
  /\ net' = net \cup {Command("release", c)}
  /\ UNCHANGED <<rec, num, got, rep, mail, missed, seen, faults, deaths, forgettings>>

(***************************************************************************)
(* What the server does with a command: join.lua, handle.lua, release.lua. *)
(***************************************************************************)
Answer(m, kind, n, resp) ==
  rep' = IF m.ghost THEN rep ELSE rep \cup {[to |-> m.from, kind |-> kind, num |-> n, resp |-> resp, late |-> rec'.late, rising |-> rec'.rising]}

Announce == mail' = mail \cup {c \in rec.inb : Alive(c) /\ c \notin missed}

ServeAsk(m) ==
  LET c == m.from
      mine == rec.st = "P" /\ rec.own = c
      n == IF m.num > rec.num THEN m.num ELSE rec.num + 1
  IN
  /\ UNCHANGED <<mail, floor, stored, stale, fell>>
  /\ \/ mine /\ UNCHANGED <<rec, last>> /\ Answer(m, "granted", rec.num, 0)
     \/ /\ rec.st = "P" /\ ~mine /\ rec.live
        /\ rec' = [rec EXCEPT !.inb = @ \cup {c}]
        /\ UNCHANGED last
        /\ Answer(m, "pending", rec.num, 0)
     \/ rec.st = "D" /\ UNCHANGED <<rec, last>> /\ Answer(m, "handled", rec.num, rec.resp)
     \/ /\ rec.st \in {"absent", "R"} \/ (rec.st = "P" /\ ~mine /\ ~rec.live)
        /\ n <= MaxNumber
        /\ rec' = [rec EXCEPT !.st = "P", !.num = n, !.own = c, !.live = TRUE,
                              !.late = n <= floor, !.rising = n > last]
        /\ last' = IF n > last THEN n ELSE last
        /\ Answer(m, "granted", n, 0)

ServeHandle(m) ==
  LET mine == rec.num = m.num /\ rec.own = m.from
      open == rec.st = "P" /\ (mine \/ Mutant = "no token check")
  IN
  /\ UNCHANGED <<floor, last, fell>>
  /\ \/ /\ open
        /\ rec' = [rec EXCEPT !.st = "D", !.resp = m.num, !.live = FALSE, !.inb = {}]
        /\ stored' = stored \cup {m.num}
        /\ stale' = (stale \/ m.num < rec.num)
        /\ IF Mutant = "publish before write" THEN UNCHANGED mail ELSE Announce
        /\ Answer(m, "accepted", m.num, m.num)
     \/ /\ rec.st = "D" /\ mine
        /\ UNCHANGED <<rec, mail, stored, stale>>
        /\ Answer(m, "accepted", m.num, m.num)
     \/ /\ ~open /\ ~(rec.st = "D" /\ mine)
        /\ UNCHANGED <<rec, mail, stored, stale>>
        /\ Answer(m, "refused", m.num, 0)

\* A tombstone keeps the number.
ServeRelease(m) ==
  /\ UNCHANGED <<rep, seen>>
  /\ IF rec.st = "P" /\ rec.own = m.from /\ rec.num = m.num
     THEN rec' = [rec EXCEPT !.st = "R", !.live = FALSE, !.inb = {}] /\ Announce
     ELSE UNCHANGED <<rec, mail>>

ServeOne(m) ==
  \/ m.kind = "ask" /\ ServeAsk(m)
  \/ m.kind = "handle" /\ ServeHandle(m)
  \/ m.kind = "release" /\ ServeRelease(m)

Serve(m) ==
  /\ m \in net
  /\ net' = net \ {m}
  /\ ServeOne(m)
  /\ UNCHANGED <<st, num, got, missed, budget>>

\* A planted bug: those who wait are told before the response is there.
PublishFirst(m) ==
  /\ Mutant = "publish before write"
  /\ m \in net /\ m.kind = "handle" /\ rec.st = "P" /\ rec.num = m.num /\ rec.inb # {}
  /\ Announce
  /\ rec' = [rec EXCEPT !.inb = {}]
  /\ UNCHANGED <<st, num, got, net, rep, missed, seen, budget>>

(***************************************************************************)
(* What callers hear.                                                      *)
(***************************************************************************)
Hear(r) ==
  LET c == r.to
      asked == st[c] = "asking"
      mine == st[c] = "handling" /\ r.num = num[c]
      given == asked /\ r.kind = "granted"
      tooLate == r.late /\ Mutant # "late claims are kept"
  IN
  /\ r \in rep
  /\ rep' = rep \ {r}
  /\ \/ /\ given /\ ~tooLate
        /\ st' = [st EXCEPT ![c] = "owner"]
        /\ num' = [num EXCEPT ![c] = r.num]
        /\ fell' = (fell \/ ~r.rising)
        /\ UNCHANGED <<got, net>>
     \/ /\ given /\ tooLate    \* given back, and asked for anew: what is under way is sent in this order
        /\ net' = net \cup {[kind |-> "release", from |-> c, num |-> r.num, ghost |-> FALSE]}
        /\ UNCHANGED <<st, num, got, fell>>
     \/ /\ asked /\ r.kind = "handled"
        /\ st' = [st EXCEPT ![c] = "told"]
        /\ got' = [got EXCEPT ![c] = r.resp]
        /\ UNCHANGED <<num, net, fell>>
     \/ /\ asked /\ r.kind = "pending"
        /\ st' = [st EXCEPT ![c] = "waiting"]
        /\ UNCHANGED <<num, got, net, fell>>
     \/ /\ mine /\ r.kind = "accepted"
        /\ st' = [st EXCEPT ![c] = "told"]
        /\ got' = [got EXCEPT ![c] = r.resp]
        /\ UNCHANGED <<num, net, fell>>
     \/ /\ mine /\ r.kind = "refused"
        /\ st' = [st EXCEPT ![c] = "refused"]
        /\ UNCHANGED <<num, got, net, fell>>
     \/ /\ ~(asked /\ r.kind \in {"granted", "handled", "pending"})
        /\ ~(mine /\ r.kind \in {"accepted", "refused"})
        /\ UNCHANGED <<st, num, got, net, fell>>
  /\ UNCHANGED <<rec, mail, missed, floor, last, stored, stale, budget>>

(***************************************************************************)
(* What goes wrong.                                                        *)
(***************************************************************************)
Lose ==
  /\ Fault
  /\ \/ \E m \in net : net' = net \ {m} /\ UNCHANGED <<rep, mail, missed>>
     \/ \E r \in rep : rep' = rep \ {r} /\ UNCHANGED <<net, mail, missed>>
     \/ \E c \in Callers : st[c] = "waiting" /\ missed' = missed \cup {c} /\ mail' = mail \ {c} /\ UNCHANGED <<net, rep>>
  /\ UNCHANGED <<rec, st, num, got, seen>>

\* A command is carried out twice: once more at any time later, when nobody listens to the reply any more.
Copy(m) ==
  /\ Fault
  /\ m \in net /\ ~m.ghost
  /\ net' = (net \ {m}) \cup {[m EXCEPT !.ghost = TRUE]}
  /\ ServeOne(m)
  /\ UNCHANGED <<st, num, got, missed>>

Die(c) ==
  /\ Alive(c) /\ st[c] # "idle"
  /\ deaths < Deaths
  /\ deaths' = deaths + 1
  /\ st' = [st EXCEPT ![c] = "dead"]
  /\ UNCHANGED <<rec, num, got, net, rep, mail, missed, seen, faults, releases, forgettings>>

\* Whoever lives and works renews, so a lease of his lapses only by a fault.
Renewed == rec.own \in Callers /\ st[rec.own] \in {"owner", "handling"} /\ num[rec.own] = rec.num

Lapse ==
  /\ rec.st = "P" /\ rec.live
  /\ IF Renewed THEN Fault ELSE UNCHANGED budget
  /\ rec' = [rec EXCEPT !.live = FALSE]
  /\ UNCHANGED <<st, num, got, net, rep, mail, missed, seen>>

\* What has been over for five seconds is gone, number and all. Numbers that were drawn before are too old from now on.
Forget ==
  /\ rec.num > 0
  /\ forgettings < Forgettings
  /\ rec.st = "R" \/ (rec.st = "P" /\ ~rec.live)
  /\ forgettings' = forgettings + 1
  /\ rec' = Gone
  /\ floor' = last
  /\ UNCHANGED <<st, num, got, net, rep, mail, missed, last, fell, stored, stale, faults, deaths, releases>>

Next ==
  \/ \E c \in Callers :
       Claim(c) \/ Again(c) \/ Told(c) \/ Rejoin(c) \/ Timer(c) \/ Handle(c) \/ GiveBack(c) \/ Die(c)
  \/ \E m \in net : Serve(m) \/ PublishFirst(m) \/ Copy(m)
  \/ \E r \in rep : Hear(r)
  \/ Lapse \/ Forget \/ Lose

\* What happens in the end if it can: all but faults, deaths and the giving back of claims.
Fair ==
  /\ \A c \in Callers :
       /\ WF_vars(Claim(c)) /\ WF_vars(Again(c)) /\ WF_vars(Handle(c))
       /\ WF_vars(Told(c)) /\ WF_vars(Rejoin(c)) /\ WF_vars(Timer(c))
       /\ WF_vars(\E m \in net : m.from = c /\ Serve(m))
       /\ WF_vars(\E r \in rep : r.to = c /\ Hear(r))
  /\ WF_vars(Lapse /\ ~Renewed)

Spec == Init /\ [][Next]_vars /\ Fair

(***************************************************************************)
(* The promises.                                                           *)
(***************************************************************************)
Holds(c) == st[c] \in {"owner", "handling"} /\ rec.st = "P" /\ rec.live /\ rec.own = c /\ rec.num = num[c]

\* C1: two never hold a claim under one live lease, and who holds it has the number in the record.
OneWinner == \A c, d \in Callers : Holds(c) /\ Holds(d) => c = d

\* C3: only its owner, a lapse of its lease, or the end of its life takes a live claim away.
LosersChangeNothing ==
  [][\A c \in Callers : Holds(c) /\ rec'.st # "P" =>
       \/ \E m \in net : m.from = c /\ m.num = num[c] /\ m.kind \in {"handle", "release"}]_vars

\* C4: nobody who was overtaken stores a response.
StaleIsRefused == ~stale

\* C5: numbers rise from owner to owner.
NumbersRise == ~fell

\* H1: there is one response, and everybody is told that one. Without forgetting, a record stays handled.
OneResponse ==
  /\ Cardinality(stored) <= 1
  /\ \A c \in Callers : got[c] # 0 => got[c] \in stored

\* W1: once there is a response, everybody alive who waits is told it.
WaitersAreTold == \A c \in Callers : (rec.st = "D" /\ st[c] = "waiting") ~> (st[c] \in {"told", "dead"})

\* W3: if the owner dies or gives up, somebody alive who waits goes on: as owner, or with a response.
SomebodyTakesOver ==
  \A c \in Callers :
    (st[c] = "waiting" /\ ~Renewed)
      ~> (st[c] \in {"owner", "handling", "told", "refused", "released", "dead"} \/ Renewed \/ rec.st = "D")

\* L1: a lease that is renewed does not lapse; Lapse says so, and this that it is never taken either.
LiveClaimsStay == [][rec.st = "P" /\ rec.live /\ rec.own # "nobody" /\ Renewed => rec'.own = rec.own]_vars
=============================================================================
