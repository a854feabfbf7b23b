package io.apicache.tck;

import io.apicache.spi.Time;
import java.util.List;
import java.util.function.Function;

/**
 * Stores that are wrong on purpose, each in one step from {@link ReferenceStore}, with the promise it breaks and the
 * tests of {@link StoreContract} that must catch it. Together they make every test of the contract fail at least
 * once.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
@SuppressWarnings("ImmutableEnumChecker") // the function is a constructor, the list is List.of
public enum WrongStores {
    /** Takes every attempt for the owner's own. */
    GRANTS_EVERYBODY("C1", WrongClaims::grantsEverybody, "theSecondAttemptWaitsForTheFirst"),
    /** Looks first and claims afterwards: whoever looked in between is granted as well. */
    LOOKS_BEFORE_IT_CLAIMS(
            "C1",
            WrongClaims::looksBeforeItClaims,
            "ofManyConcurrentClaimsExactlyOneIsGranted",
            "ofManyConcurrentClaimsAndJoinsExactlyOneIsGranted"),
    /** Does not recognise an attempt that asks again. */
    KNOWS_NOBODY_AGAIN(
            "C2", WrongClaims::knowsNobodyAgain, "aRepeatedClaimIsGrantedAgain", "aRepeatedJoinIsGrantedAgain"),
    /** Grants again to whoever was an owner once. */
    REMEMBERS_OLD_OWNERS("C2", WrongClaims::remembersOldOwners, "anAttemptThatWasTakenOverWaits"),
    /** Never finds the claim that is to be released. */
    NOBODY_RELEASES("C2", WrongClaims::nobodyReleases, "aClaimIsReleasedByItsAttemptAlone"),
    /** Does not ask whose attempt releases. */
    ANYBODY_RELEASES("C3", WrongClaims::anybodyReleases, "aLosersReleaseChangesNothing"),
    /** Ends every registration with the first that is closed. */
    LEAVING_REMOVES_ALL_LISTENERS("C3", WrongClaims::leavingRemovesAllListeners, "aLoserThatLeavesChangesNothing"),
    /** Starts the lease anew whenever somebody asks. */
    WAITING_RENEWS("C3", WrongClaims::waitingRenews, "waitingDoesNotProlongTheOwnersLease"),
    /** Claims the record it peeks at, if it is free. */
    PEEK_CLAIMS("C3", WrongClaims::peekClaims, "peekClaimsNothingAndKeepsNothingAlive"),
    /** Removes whatever there is when the owner releases. */
    RELEASE_REMOVES_RESPONSES("C3", WrongClaims::releaseRemovesResponses, "aReleaseAfterHandleLeavesTheResponseAlone"),
    /** Does not compare tokens at all. */
    ANYBODY_HANDLES("C4", WrongTokens::anybodyHandles, "aStaleTokenCannotHandle"),
    /** Compares the attempt of a token and not its number. */
    COMPARES_OWNERS_ONLY("C4", WrongTokens::comparesOwnersOnly, "halfATokenIsNoToken"),
    /** Renews without a look at the token. */
    ANYBODY_RENEWS("C4", WrongTokens::anybodyRenews, "aStaleTokenCannotRenew"),
    /** Lets an attempt release that was an owner once. */
    OLD_ATTEMPTS_RELEASE("C4", WrongTokens::oldAttemptsRelease, "aStaleAttemptCannotRelease"),
    /** Creates a record again that is not there any more when it is handled. */
    CREATES_LOST_RECORDS_AGAIN("C4", WrongTokens::createsLostRecordsAgain, "theTokenOfAReleasedClaimIsWorthNothing"),
    /** Invalidates responses only and leaves a pending claim. */
    INVALIDATE_SPARES_CLAIMS("C4", WrongTokens::invalidateSparesClaims, "theTokenOfAnInvalidatedClaimIsWorthNothing"),
    /** Answers that a late response is stored before it has looked whether somebody took over. */
    HANDLES_IN_TWO_STEPS("C4", WrongTokens::handlesInTwoSteps, "ofALateHandleAndATakeoverExactlyOneSucceeds"),
    /** Renews a record that was handled. */
    RENEWS_RESPONSES("C4", WrongTokens::renewsResponses, "aRenewalDoesNotTouchTheRetentionOfAResponse"),
    /** Compares the number of a token and not its attempt. */
    COMPARES_NUMBERS_ONLY("C4", WrongTokens::comparesNumbersOnly, "halfATokenIsNoToken"),
    /** Counts within the life of a record. */
    NUMBERS_START_AGAIN_AFTER_A_RELEASE(
            "C5", WrongTokens::numbersStartAgainAfterARelease, "numbersRiseWhenAClaimIsReleasedOrInvalidated"),
    /** Gives every owner the same number. */
    NUMBERS_STAND_STILL("C5", WrongTokens::numbersStandStill, "numbersRiseOverALapseAndOverTheEndOfRetention"),
    /** Takes numbers that a script cannot hold exactly. */
    NUMBERS_ARE_TOO_LARGE("C5", WrongTokens::numbersAreTooLarge, "numbersRiseWhenAResponseIsInvalidatedOrNotRetained"),
    /** Hands every response to present waiters only. */
    FORGETS_RESPONSES("H1", WrongResponses::forgetsResponses, "aHandledRequestIsAnsweredWithItsResponseInEveryProcess"),
    /** Stores a response without the blanks around it. */
    STRIPS_RESPONSES("H1", WrongResponses::stripsResponses, "aResponseComesBackExactlyAsItWas"),
    /** Counts the retention from the claim. */
    KEEPS_FROM_CLAIM("H1", WrongResponses::keepsFromClaim, "retentionCountsFromHandleNotFromClaim"),
    /** Lets a response end with the lease. */
    KEEPS_FOR_A_LEASE("H1", WrongResponses::keepsForALease, "aResponseOutlivesTheLeaseOfItsClaim"),
    /** Never ends a retention. */
    KEEPS_FOR_EVER("H1", WrongResponses::keepsForEver, "aResponseIsGoneWhenItsRetentionHasEnded"),
    /** Adds a retention to the clock as if it were counted from zero. */
    RETENTION_OVERFLOWS("H1", WrongResponses::retentionOverflows, "theLongestRetentionDoesNotOverflow"),
    /** Answers with the first response that an id ever had. */
    STICKS_TO_THE_FIRST_RESPONSE(
            "H1", WrongResponses::sticksToTheFirstResponse, "whatReplacesAResponseThatHasEndedIsSeenByEverybody"),
    /** Invalidates claims only and leaves a response. */
    INVALIDATE_SPARES_RESPONSES("H1", WrongResponses::invalidateSparesResponses, "anInvalidatedResponseIsGone"),
    /** Keeps a copy and does not hear that it is void. */
    TRUSTS_ITS_OWN_MEMORY("H1", WrongResponses::trustsItsOwnMemory, "memoryOfOneProcessNeverContradictsTheRecord"),
    /** Takes every look for the moment of the handle. */
    NEVER_AGES("H1", WrongResponses::neverAges, "theAgeOfAResponseGrows"),
    /** Lets a join look no further than a claim. */
    JOIN_MISSES_THE_HAND_OVER(
            "H1", WrongResponses::joinMissesTheHandOver, "aResponseThatIsNotRetainedIsHandedToThoseWhoWait"),
    /** Retains for everybody what was to be handed over only. */
    HANDS_OVER_TO_EVERYBODY(
            "H1", WrongResponses::handsOverToEverybody, "aResponseThatIsNotRetainedIsNotSeenByThoseWhoComeLater"),
    /** Hands over for ever. */
    FORGETS_TO_END_A_HAND_OVER(
            "H1", WrongResponses::forgetsToEndAHandOver, "aResponseThatIsNotRetainedIsGoneWhenTheHandOverEnds"),
    /** Shows to peek the last response whatever became of it. */
    PEEK_SEES_HAND_OVERS("H1", WrongResponses::peekSeesHandOvers, "peekSeesRetainedResponsesAndNothingElse"),
    /** Does not invalidate what is being handed over. */
    INVALIDATE_SPARES_HAND_OVERS("H1", WrongResponses::invalidateSparesHandOvers, "invalidateFreesARecordInEveryState"),
    /** Notes in the record when it was last looked at. */
    REPLAYS_TOUCH_THE_RECORD("H2", WrongReplays::replaysTouchTheRecord, "replaysChangeNothingInTheRecord"),
    /** Starts the retention anew with every replay. */
    REPLAYS_PROLONG_RETENTION("H2", WrongReplays::replaysProlongRetention, "replaysDoNotProlongRetention"),
    /** Answers one replay at a time, and pending to the others. */
    REPLAYS_TAKE_A_LOCK("H2", WrongReplays::replaysTakeALock, "concurrentReplaysDoNotDisturbOneAnother"),
    /** Calls the owner stale that handles again. */
    REFUSES_A_REPEATED_HANDLE("H3", WrongReplays::refusesARepeatedHandle, "aRepeatedHandleReturnsTheFirstRecord"),
    /** Starts the retention anew when a handle is repeated. */
    A_REPEATED_HANDLE_PROLONGS("H3", WrongReplays::aRepeatedHandleProlongs, "aRepeatedHandleDoesNotProlongRetention"),
    /** Refuses a handle after the lease though nobody has taken over. */
    REFUSES_A_LATE_HANDLE("H3", WrongReplays::refusesALateHandle, "aLateHandleIsAcceptedIfNobodyTookOver"),
    /** Forgets at once what is not to be retained. */
    CUTS_THE_HAND_OVER("H3", WrongReplays::cutsTheHandOver, "aHandleThatIsNotRetainedCanBeRepeated"),
    /** Tells nobody that a record was handled. */
    TELLS_NOBODY_OF_HANDLE(
            "W1",
            WrongHints::tellsNobodyOfHandle,
            "whoHasJoinedIsToldThatTheRecordWasHandled",
            "whoHasJoinedIsToldOfAResponseThatIsNotRetained"),
    /** Tells nobody that a record was released or invalidated. */
    TELLS_NOBODY_OF_CHANGES(
            "W1",
            WrongHints::tellsNobodyOfChanges,
            "whoHasJoinedIsToldThatTheRecordWasReleased",
            "whoHasJoinedIsToldThatTheRecordWasInvalidated"),
    /** Tells of a handle before it has stored. */
    TELLS_BEFORE_IT_WRITES("W1", WrongHints::tellsBeforeItWrites, "whoLooksAgainInsideAHintSeesTheChange"),
    /** Looks first and registers afterwards. */
    REGISTERS_AFTER_THE_LOOK("W1", WrongHints::registersAfterTheLook, "noHintFallsBetweenAJoinAndAHandleAtTheSameTime"),
    /** Tells a process as often as it has joined. */
    TELLS_ONCE_PER_JOIN("W1", WrongHints::tellsOncePerJoin, "whoJoinsManyTimesIsToldAFewTimes"),
    /** Tells the process alone that was registered last. */
    TELLS_ONE_PROCESS("W1", WrongHints::tellsOneProcess, "everyProcessThatHasJoinedIsTold"),
    /** Sends no more of a response than fits into a message. */
    MESSAGES_CUT_THE_RESPONSE("W1", WrongHints::messagesCutTheResponse, "aLongResponseReachesThoseWhoHaveJoined"),
    /** Answers a waiter that asks again as it did the first time. */
    A_WAITER_IS_ANSWERED_FROM_MEMORY(
            "W1",
            WrongHints::aWaiterIsAnsweredFromMemory,
            "aJoinSeesThatTheOwnerHasHandled",
            "aJoinTakesARecordThatWasReleased",
            "aJoinTakesARecordThatWasInvalidated"),
    /** Grants a record to a join and keeps it free. */
    A_JOIN_KEEPS_NO_CLAIM("W1", WrongHints::aJoinKeepsNoClaim, "aJoinOfAnAbsentRecordIsAClaim"),
    /** Forgets in a takeover who has joined. */
    A_TAKEOVER_FORGETS_WHO_WAITS(
            "W3", WrongHints::aTakeoverForgetsWhoWaits, "whoHadJoinedBeforeATakeoverIsToldByTheNewOwner"),
    /** Lets everybody take over who waited for the dead owner. */
    EVERYBODY_TAKES_OVER("W3", WrongHints::everybodyTakesOver, "whenTheOwnerDiesExactlyOneOfThoseWhoWaitTakesOver"),
    /** Grants a released record to everybody who waited. */
    EVERYBODY_FOLLOWS_A_RELEASE(
            "W3", WrongHints::everybodyFollowsARelease, "whenTheOwnerReleasesExactlyOneOfThoseWhoWaitIsGranted"),
    /** Waits for an owner that is dead. */
    NEVER_LAPSES("L1", WrongClaims::neverLapses, "aLeaseThatLapsedIsTakenOverByTheNextClaim"),
    /** Calls every grant a takeover. */
    ALWAYS_SAYS_TAKEN_OVER("L1", WrongClaims::alwaysSaysTakenOver, "aFreeRecordIsNotTakenOverButGranted"),
    /** Says yes to a renewal and does nothing. */
    IGNORES_RENEWALS("L1", WrongClaims::ignoresRenewals, "aRenewedLeaseDoesNotLapse"),
    /** Ends no lease that was renewed once. */
    RENEWS_FOR_EVER("L1", WrongClaims::renewsForEver, "aRenewalLastsAsLongAsItSays"),
    /** Grants a lapsed record without a new lease. */
    A_TAKEOVER_KEEPS_THE_OLD_LEASE("L1", WrongClaims::aTakeoverKeepsTheOldLease, "whoTakesOverHasAWholeLease"),
    /** Shows the lease of whoever asks in place of what is left. */
    SHOWS_THE_WHOLE_LEASE("L1", WrongClaims::showsTheWholeLease, "thoseWhoWaitAreToldHowMuchOfTheLeaseIsLeft"),
    /** Does not store the fingerprint. */
    FORGETS_FINGERPRINTS("F1", WrongReplays::forgetsFingerprints, "theOwnersFingerprintIsShownWhileItIsPending"),
    /** Answers a claim with a response that has lost its fingerprint. */
    HANDLE_DROPS_THE_FINGERPRINT(
            "F1", WrongReplays::handleDropsTheFingerprint, "theOwnersFingerprintIsShownWhenItIsHandled"),
    /** Stores zeros where there is no fingerprint. */
    INVENTS_FINGERPRINTS("F1", WrongReplays::inventsFingerprints, "anOwnerWithoutAFingerprintStaysWithout"),
    /** Keeps the fingerprint of the first owner in a takeover. */
    KEEPS_THE_FIRST_FINGERPRINT("F1", WrongReplays::keepsTheFirstFingerprint, "whoTakesOverBringsItsOwnFingerprint"),
    /** Says that it removed what was not there. */
    SAYS_YES_TO_EVERYTHING("B1", WrongClaims::saysYesToEverything, "movesOnAnAbsentRecordChangeNothing"),
    /** Joins namespace and id by a colon. */
    JOINS_NAMES("B1", WrongClaims::joinsNames, "idsAndNamespacesThatLookAlikeAreDifferentRecords"),
    /** Looks at the first 255 characters of an id. */
    CUTS_IDS("B1", WrongClaims::cutsIds, "longIdsThatDifferInOneCharacterAreDifferentRecords"),
    /** Keeps a marker for ever. */
    KEEPS_MARKERS_FOR_EVER("E3", WrongMarkers::keepsMarkersForEver, "aMarkerIsSeenUntilItsRetentionEnds"),
    /** Retains a marker that is for present waiters only. */
    RETAINS_EVERY_MARKER("E3", WrongMarkers::retainsEveryMarker, "aMarkerIsHandedToThoseWhoWait"),
    /** Takes a marker of every owner. */
    ANY_OWNER_MARKS("E3", WrongMarkers::anyOwnerMarks, "aStaleTokenCannotMark"),
    /** Refuses to repeat a marker. */
    REFUSES_REPEATED_MARKERS("E3", WrongMarkers::refusesRepeatedMarkers, "aMarkerReplacesNoResponse"),
    /** Stores a marker and notifies no process. */
    MARKS_IN_SILENCE("E3", WrongMarkers::marksInSilence, "aProcessThatWaitsIsNotifiedOfAMarker"),
    /** Goes on telling when a registration was closed. */
    KEEPS_TELLING("Z1", WrongHints::keepsTelling, "aRegistrationThatWasClosedGetsNoHints"),
    /** Fails when it is closed a second time. */
    FAILS_WHEN_CLOSED_AGAIN("Z1", WrongHints::failsWhenClosedAgain, "closingAStoreTwiceDoesNothing");

    private final String promise;
    private final Function<Time, ReferenceStore<String>> store;
    private final List<String> caughtBy;

    WrongStores(String promise, Function<Time, ReferenceStore<String>> store, String... caughtBy) {
        this.promise = promise;
        this.store = store;
        this.caughtBy = List.of(caughtBy);
    }

    /** {@return the number of the promise that is broken} */
    public String promise() {
        return promise;
    }

    /** {@return the names of the tests that must fail, the one for the promise first} */
    public List<String> caughtBy() {
        return caughtBy;
    }

    /**
     * Creates the wrong store, empty.
     *
     * @param time decides when leases and retentions end
     * @return a store not to be used for anything else
     */
    public ReferenceStore<String> create(Time time) {
        return store.apply(time);
    }
}
