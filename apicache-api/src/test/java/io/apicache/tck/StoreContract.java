package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.spi.Attempt;
import io.apicache.spi.AttemptId;
import io.apicache.spi.Claimed;
import io.apicache.spi.Digest;
import io.apicache.spi.Key;
import io.apicache.spi.Store;
import io.apicache.spi.Token;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every store promises, one test per promise that it can break. Claims, fingerprints and names are here; the
 * classes above have {@linkplain StoreTokenContract tokens}, {@linkplain StoreLeaseContract leases}, {@linkplain
 * StoreHintContract hints}, {@linkplain StoreReplayContract replays} and {@linkplain StoreHandleContract responses}.
 * A display name starts with the number of the promise in {@code docs/guarantees.md}.
 *
 * <p>Extend it for a store of one's own, see {@link io.apicache.tck}.
 */
public abstract class StoreContract extends StoreTokenContract {

    private static final Digest ONE = new Digest(1, -2, 3, -4);
    private static final Digest OTHER = new Digest(5, 6, 7, 8);

    // ---- C1

    @Test
    @DisplayName("C1 the second attempt waits for the first")
    void theSecondAttemptWaitsForTheFirst() throws Exception {
        Token owner = granted(here);

        for (Store<String> store : List.of(here, there)) {
            Claimed.Pending<String> claimed = pending(claim(store, attempt()));
            Claimed.Pending<String> joined = pending(join(store, attempt()));
            assertThat(claimed.number()).isEqualTo(owner.number());
            assertThat(joined.number()).isEqualTo(owner.number());
        }
    }

    @Test
    @DisplayName("C1 of many concurrent claims exactly one is granted")
    void ofManyConcurrentClaimsExactlyOneIsGranted() throws Exception {
        for (int round = 0; round < 20; round++) {
            key = new Key(key.namespace(), key.id() + "+");

            exactlyOneGranted(atOnce(MANY, i -> (i % 2 == 0 ? here : there).claim(key, attempt())));
        }
    }

    @Test
    @DisplayName("C1 of many concurrent claims and joins exactly one is granted")
    void ofManyConcurrentClaimsAndJoinsExactlyOneIsGranted() throws Exception {
        for (int round = 0; round < 20; round++) {
            key = new Key(key.namespace(), key.id() + "+");

            exactlyOneGranted(atOnce(MANY, i -> i % 2 == 0 ? here.claim(key, attempt()) : there.join(key, attempt())));
        }
    }

    // ---- C2

    @Test
    @DisplayName("C2 a repeated claim is granted again with the same token")
    void aRepeatedClaimIsGrantedAgain() throws Exception {
        Attempt attempt = attempt();
        Token first = granted(claim(here, attempt));

        assertThat(granted(claim(here, attempt))).isEqualTo(first);
        assertThat(granted(join(here, attempt))).isEqualTo(first);
        assertThat(first.owner()).isEqualTo(attempt.id());
        assertThat(pending(claim(there, attempt())).number()).isEqualTo(first.number());
        accepted(handle(here, first, "done"));
    }

    @Test
    @DisplayName("C2 a repeated join is granted again with the same token")
    void aRepeatedJoinIsGrantedAgain() throws Exception {
        granted(here);
        pending(join(there, attempt()));
        passLeases(1.05);
        Attempt attempt = attempt();
        Token first = granted(join(there, attempt));

        assertThat(granted(join(there, attempt))).isEqualTo(first);
        assertThat(granted(claim(there, attempt))).isEqualTo(first);
        accepted(handle(there, first, "done"));
    }

    @Test
    @DisplayName("C2 an attempt that was taken over waits like anybody else")
    void anAttemptThatWasTakenOverWaits() throws Exception {
        Attempt earlier = attempt();
        granted(claim(here, earlier));
        passLeases(1.05);
        Token owner = granted(there);

        assertThat(pending(claim(here, earlier)).number()).isEqualTo(owner.number());
        assertThat(pending(join(here, earlier)).number()).isEqualTo(owner.number());
    }

    @Test
    @DisplayName("C2 a claim whose reply was lost is released by its attempt alone")
    void aClaimIsReleasedByItsAttemptAlone() throws Exception {
        Attempt attempt = attempt();
        claim(here, attempt);

        assertThat(await(here.release(key, attempt.id()))).isTrue();

        assertThat(takenOver(claim(there, attempt()))).isFalse();
        assertThat(await(here.release(key, attempt.id()))).isFalse();
    }

    // ---- F1

    @Test
    @DisplayName("F1 the owner's fingerprint is shown to those who ask while it is pending")
    void theOwnersFingerprintIsShownWhileItIsPending() throws Exception {
        granted(claim(here, attempt(ONE)));

        assertThat(pending(claim(there, attempt(OTHER))).fingerprint()).isEqualTo(ONE);
        assertThat(pending(join(there, attempt(OTHER))).fingerprint()).isEqualTo(ONE);
        assertThat(pending(join(there, attempt())).fingerprint()).isEqualTo(ONE);
        assertThat(pending(claim(here, attempt())).fingerprint()).isEqualTo(ONE);
    }

    @Test
    @DisplayName("F1 the owner's fingerprint is shown to those who ask when it is handled")
    void theOwnersFingerprintIsShownWhenItIsHandled() throws Exception {
        Token owner = granted(claim(here, attempt(ONE)));
        pending(join(there, attempt(OTHER)));

        assertThat(accepted(handle(here, owner, "done")).fingerprint()).isEqualTo(ONE);

        assertThat(handled(claim(there, attempt(OTHER))).fingerprint()).isEqualTo(ONE);
        assertThat(handled(join(there, attempt())).fingerprint()).isEqualTo(ONE);
        assertThat(peek(there).orElseThrow().fingerprint()).isEqualTo(ONE);
    }

    @Test
    @DisplayName("F1 an owner without a fingerprint stays without")
    void anOwnerWithoutAFingerprintStaysWithout() throws Exception {
        Token owner = granted(here);
        assertThat(pending(claim(there, attempt(OTHER))).fingerprint()).isNull();
        assertThat(pending(join(there, attempt(OTHER))).fingerprint()).isNull();

        assertThat(accepted(handle(here, owner, "done")).fingerprint()).isNull();

        assertThat(handled(claim(there, attempt(OTHER))).fingerprint()).isNull();
        assertThat(handled(join(there, attempt(OTHER))).fingerprint()).isNull();
    }

    @Test
    @DisplayName("F1 who takes over brings its own fingerprint")
    void whoTakesOverBringsItsOwnFingerprint() throws Exception {
        granted(claim(here, attempt(ONE)));
        passLeases(1.05);

        granted(join(there, attempt(OTHER)));

        assertThat(pending(claim(here, attempt(ONE))).fingerprint()).isEqualTo(OTHER);
    }

    // ---- B1

    @Test
    @DisplayName("B1 moves on an absent record change nothing")
    void movesOnAnAbsentRecordChangeNothing() throws Exception {
        Token nobody = new Token(7, AttemptId.next());

        refused(handle(here, nobody, "done"));
        assertThat(renew(here, nobody)).isFalse();
        assertThat(release(here, nobody)).isFalse();
        assertThat(invalidate(here)).isFalse();

        nobodySeesAResponse();
        granted(there);
    }

    @Test
    @DisplayName("B1 ids and namespaces that look alike are different records")
    void idsAndNamespacesThatLookAlikeAreDifferentRecords() throws Exception {
        String end = key.id();
        distinct(Stream.of(
                new Key("a", "c" + end),
                new Key("A", "c" + end),
                new Key("a", "C" + end),
                new Key("a", " c" + end),
                new Key("a", "c" + end + " "),
                new Key("a.b", "c" + end),
                new Key("a", "b.c" + end),
                new Key("a:b", "c" + end),
                new Key("a", "b:c" + end),
                new Key("a{b}", "c" + end),
                new Key("a", "{b}c" + end),
                new Key("a", "{}" + end),
                new Key("a", "}{" + end),
                new Key("a", "*" + end),
                new Key("a", "?" + end),
                new Key("a", "[c]" + end),
                new Key("a", "%63" + end),
                new Key("a", "/c" + end),
                new Key("a", "\\" + end),
                new Key("a", "'\"" + end),
                new Key("a", "\u00e9" + end),
                new Key("a", "e\u0301" + end),
                new Key("a", "\uD83D\uDE00" + end),
                new Key("a", "\uD83D\uDE01" + end)));
    }

    @Test
    @DisplayName("B1 long ids that differ in one character are different records")
    void longIdsThatDifferInOneCharacterAreDifferentRecords() throws Exception {
        String body = (key.id() + "x".repeat(1_024)).substring(0, 1_023);
        String wide = (key.id() + "\uD83D\uDE00".repeat(512)).substring(0, 1_021);

        distinct(Stream.concat(
                        Stream.of("a", "b").flatMap(last -> Stream.of(body + last, body.substring(0, 255) + last)),
                        Stream.of("a", "b")
                                .map(last -> wide.substring(0, key.id().length() + 900) + last))
                .map(id -> new Key("n".repeat(64), id)));
    }

    private void distinct(Stream<Key> keys) throws Exception {
        List<Key> all = keys.toList();
        for (Key each : all) {
            key = each;
            claimAndHandle(here, each.namespace() + "|" + each.id(), LONG);
        }
        for (Key each : all) {
            key = each;
            everybodyGets(each.namespace() + "|" + each.id());
        }
    }
}
