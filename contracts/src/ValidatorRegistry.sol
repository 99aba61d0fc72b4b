// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bonds} from "./base/Bonds.sol";
import {Param} from "./Parameters.sol";
import {Draw} from "./lib/Draw.sol";
import {Typed} from "./lib/Typed.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";

/// @title Validators: their owners, operator keys, stakes, faults, and the committees drawn of them
/// @notice An owner is one validator, so a committee of distinct validators is one of distinct owners, and more keys buy nothing that more
/// stake would not. Committees are drawn from a *set*: who was active, with which weight, when it was made. A set never changes, so nobody can
/// bend a draw whose seed is known already. Who is jailed, leaves, has no key or is benched is passed over: the next in the order of the draw
/// takes the seat. Places in a committee count along that order, whoever is passed over, so nobody's place ever moves.
/// @dev The randomness of a set comes from its validators. Who is in a set is written down one set ahead; while the set before it is the
/// newest, each validator shows a share that it had sealed before, and the shares shown go into the set's randomness. So who chooses the
/// stakes and keys cannot know the randomness, and who knows it can change neither. Who sealed a share and does not show it decides
/// between two outcomes at most, and is passed over in the set that it would have bent.
contract ValidatorRegistry is Bonds {
    /// @notice Most validators at a time: what bounds the cost of making a set.
    uint256 public constant MAX_VALIDATORS = 128;
    /// @notice One unit of weight in wei of stake.
    uint256 public constant WEIGHT_UNIT_WEI = 1e12;
    /// @notice Most weight of one validator, so that the sum of all has 63 bits.
    uint256 public constant MAX_WEIGHT = 2 ** 56 - 1;
    /// @notice How long the set before the newest can still be used.
    uint64 public constant SET_GRACE_SECONDS = 10 minutes;
    /// @notice How long a fault jails.
    uint64 public constant JAIL_SECONDS = 7 days;
    /// @notice How long a case against a validator is open, and nobody can open another.
    uint64 public constant CASE_SECONDS = 7 days;
    /// @notice A verdict of absence is about one such window of time.
    uint64 public constant ABSENCE_WINDOW_SECONDS = 5 minutes;
    /// @notice How long an absent validator is passed over.
    uint64 public constant BENCH_SECONDS = 15 minutes;
    /// @notice How long the word of who sat in for a benched one still counts once that one is back.
    uint64 public constant BENCH_GRACE_SECONDS = 2 minutes;
    /// @notice How long a validator that came back before its time has to stay benched when it is found absent again: else who answers
    /// nobody could take its seat again after every verdict.
    uint64 public constant PRESENT_SECONDS = 1 hours;
    /// @notice Most places of a draw that are passed over: beyond them seats stay empty.
    uint256 public constant MAX_PASSED_OVER = 32;
    /// @notice The purpose of the draw of a committee.
    bytes32 public constant COMMITTEE_PURPOSE = keccak256("myelin/select/committee/1");

    /// @notice Where a validator stands.
    enum Status {
        None,
        Active,
        Leaving
    }

    /// @notice What a validator can be guilty of; the shares are the seeds'.
    enum Fault {
        Downtime,
        InvalidSignature,
        ApprovedInvalidResult,
        Collusion
    }

    /// @param benches how often it was found absent, ever
    struct Validator {
        address operator;
        Status status;
        uint40 jailedUntil;
        uint32 round;
        uint40 benchedUntil;
        uint32 benches;
    }

    /// @dev What each signature needs, in one word, which {_able} takes apart. `owes` is the set under which it is to show the share it sealed; 0 for none.
    struct Record {
        address operator;
        Status status;
        uint40 jailedUntil;
        uint24 round;
        uint24 owes;
    }

    /// @dev `window` is the last one in which it was found absent, `presentAt` when it last came back before its time.
    struct Bench {
        uint40 until;
        uint32 times;
        uint64 window;
        uint40 presentAt;
    }

    struct Case {
        uint64 judgedBy;
        uint64 openedAt;
        bool judged;
    }

    struct Set {
        address line;
        uint40 madeAt;
        uint16 size;
    }

    /// @notice What validators attest of one that is absent; its subject is {absenceSubject}.
    bytes32 public constant ABSENCE_VERDICT = keccak256("AbsenceVerdict(address validator,uint64 window)");

    /// @notice The number of the newest set; the first is 1.
    uint64 public setVersion;
    /// @notice Up to this set whoever did not show its share is forgiven: so many did not that something common must have stopped them.
    uint64 public forgivenUpTo;
    uint64 private _shown;
    bytes32 private _mix;
    bytes32 private _shares;
    Set private _next;

    mapping(address owner => Record validator) private _validators;
    mapping(address owner => Bench bench) private _benches;
    /// @notice Whose operator a key is or ever was: a signature does not outlive its key's replacement, evidence does.
    mapping(address operator => address owner) public ownerOf;
    address[] private _owners;
    mapping(address owner => uint256 place) private _placeOf;
    mapping(uint64 version => Set set) private _sets;
    /// @notice The randomness of a set: the shares that were shown before it was made.
    mapping(uint64 version => bytes32 beacon) public beaconOf;
    /// @notice What a validator sealed: `keccak256(abi.encode(owner, share))` of the share that it is to show next.
    mapping(address owner => bytes32 seal) public sealOf;
    mapping(bytes32 evidence => bool used) private _punished;
    /// @notice The last case against a validator; `judgedBy` is the set whose committee judges it.
    mapping(address owner => Case) public cases;

    /// @notice A validator joined.
    event ValidatorRegistered(address indexed owner, address indexed operator);
    /// @notice An operator key was replaced; the zero address when it was only revoked.
    event OperatorChanged(address indexed owner, address indexed operator);
    /// @notice A validator leaves.
    event ValidatorLeaving(address indexed owner);
    /// @notice A validator may not sit for a while.
    event Jailed(address indexed owner, uint64 until);
    /// @notice A committee found a validator absent: the next in order sit in its place for a while.
    event Benched(address indexed owner, uint64 until, uint64 window);
    /// @notice A benched validator is back before its time.
    event Presented(address indexed owner);
    /// @notice A case was opened.
    event Accused(address indexed owner, address indexed accuser, uint64 judgedBy, uint32 round);
    /// @notice A fault was proven.
    event FaultProven(address indexed owner, Fault fault, bytes32 evidence);
    /// @notice A validator sealed a share, to be shown under set `owes`.
    event ShareSealed(address indexed owner, uint64 owes, bytes32 seal);
    /// @notice A validator showed its share under set `version`: it goes into the randomness of the next one.
    event ShareShown(address indexed owner, uint64 indexed version, bytes32 share);
    /// @notice A set was made; each word is `owner << 96 | sum of the weights so far`.
    event SetMade(uint64 indexed version, uint256[] line, bytes32 beacon);

    /// @notice The account is no validator, or not in the right status.
    error NotAValidator(address owner);
    /// @notice The account is a validator already.
    error AlreadyRegistered(address owner);
    /// @notice The key is or was another operator's.
    error OperatorTaken(address operator);
    /// @notice No more validators can join.
    error Full();
    /// @notice The newest set is younger than an epoch.
    error EpochRunning(uint64 until);
    /// @notice Nobody is active.
    error NobodyActive();
    /// @notice The share is not what was sealed, or none was to be shown.
    error WrongShare(address owner, bytes32 seal);
    /// @notice The validator did its part under this set, or has to wait for a later one.
    error NotYet(address owner, uint64 version);
    /// @notice This set cannot be used, or not any more.
    error SetNotUsable(uint64 version);
    /// @notice The seats given are not ones of the committee, or their number is not that of the signatures.
    error BadSeats(uint256 seats);
    /// @notice Fewer signed than must.
    error NoQuorum(uint256 signers, uint256 quorum);
    /// @notice This seat's signature is not by its validator, or the validator may not sign.
    error BadSigner(address signer, address validator);
    /// @notice The two do not contradict each other, or are not by one validator.
    error NoContradiction();
    /// @notice A case is open, or was lately.
    error CaseOpen(uint64 until);
    /// @notice A verdict of absence is about this window or the one before, and each counts once.
    error WrongWindow(uint64 window, uint64 current);
    /// @notice So many would be benched, and so few of the newest set could still sign.
    error TooManyBenched(uint256 benched, uint256 able);
    /// @notice The caller is no benched validator, nor its operator.
    error NotBenched(address account);
    /// @notice It came back before its time already, and can do so again from then on.
    error PresentBefore(uint256 until);
    /// @notice No case is open against this validator.
    error NoCase(address owner);
    /// @notice This was punished before.
    error PunishedBefore();

    constructor(MyelinDirectory directory) Bonds(directory, directory.validators()) {
        _mix = keccak256(abi.encode(directory, block.chainid));
    }

    // Owners.

    /// @notice Joins with a stake and an operator key. The key must be fresh, and must not be the caller's own: the cold key stays cold.
    function registerValidator(address operator, uint256 amountWei, bytes calldata consent) external nonReentrant {
        Record storage v = _validators[msg.sender];
        if (v.status != Status.None) revert AlreadyRegistered(msg.sender);
        if (_owners.length == MAX_VALIDATORS) revert Full();
        v.status = Status.Active;
        _owners.push(msg.sender);
        _placeOf[msg.sender] = _owners.length;
        _setOperator(v, operator, consent);
        emit ValidatorRegistered(msg.sender, operator);
        _stake(msg.sender, amountWei, _parameters.get(Param.MinValidatorStakeWei));
    }

    /// @notice Adds to the caller's stake; it weighs from the set after the next on.
    function stake(uint256 amountWei) external nonReentrant {
        if (_validators[msg.sender].status != Status.Active) revert NotAValidator(msg.sender);
        _stake(msg.sender, amountWei, 0);
    }

    /// @notice Replaces the operator key; the zero address revokes it. Takes effect at once.
    function setOperator(address operator, bytes calldata consent) external {
        Record storage v = _validators[msg.sender];
        if (v.status != Status.Active) revert NotAValidator(msg.sender);
        if (operator == address(0)) v.operator = address(0);
        else _setOperator(v, operator, consent);
        emit OperatorChanged(msg.sender, operator);
    }

    /// @notice Takes a part of the stake out; what stays must be enough.
    function unbond(uint256 amountWei) external {
        if (_validators[msg.sender].status != Status.Active) revert NotAValidator(msg.sender);
        _unbond(msg.sender, amountWei);
        uint256 stakedWei = _bonds[msg.sender].stakedWei;
        uint256 minWei = _parameters.get(Param.MinValidatorStakeWei);
        if (stakedWei < minWei) revert StakeTooSmall(stakedWei, minWei);
    }

    /// @notice Resigns: never drawn or counted again; the stake follows after the unbonding time.
    function resign() external {
        Record storage v = _validators[msg.sender];
        if (v.status != Status.Active) revert NotAValidator(msg.sender);
        v.status = Status.Leaving;
        uint256 place = _placeOf[msg.sender];
        address last = _owners[_owners.length - 1];
        _owners[place - 1] = last;
        _placeOf[last] = place;
        _owners.pop();
        delete _placeOf[msg.sender];
        emit ValidatorLeaving(msg.sender);
        if (_bonds[msg.sender].stakedWei > 0) _unbond(msg.sender, _bonds[msg.sender].stakedWei);
    }

    /// @notice Fetches a stake that has waited long enough. Whoever left can then register again.
    function withdraw(address to) external nonReentrant {
        Record storage v = _validators[msg.sender];
        if (v.status == Status.None) revert NotAValidator(msg.sender);
        if (v.status == Status.Leaving) {
            v.status = Status.None;
            v.operator = address(0);
        }
        _withdraw(msg.sender, to);
    }

    /// @notice A validator as it is now.
    function validatorOf(address owner) external view returns (Validator memory) {
        Record memory v = _validators[owner];
        Bench memory b = _benches[owner];
        return Validator(v.operator, v.status, v.jailedUntil, v.round, b.until, b.times);
    }

    /// @notice Every owner who has not left, in no order.
    function owners() external view returns (address[] memory) {
        return _owners;
    }

    // Sets and committees.

    /// @notice Makes the next set, of who was active when the one before was made; anyone may, once an epoch. The first, and whichever
    /// follows while there are fewer than a committee, is of who is active now.
    function makeSet() external returns (uint64 version) {
        version = setVersion;
        if (version > 0) {
            uint64 until = uint64(_sets[version].madeAt + _parameters.get(Param.EpochSeconds));
            if (block.timestamp < until) revert EpochRunning(until);
            if (2 * uint256(_shown) <= _sets[version].size) forgivenUpTo = version;
        }
        uint256[] memory line = _activeLine();
        if (line.length == 0) revert NobodyActive();
        Set memory taken = Set(_store(line), uint40(block.timestamp), uint16(line.length));
        Set memory made = _next;
        if (version == 0 || made.size < _parameters.get(Param.CommitteeSize)) made = taken;
        made.madeAt = uint40(block.timestamp);
        _next = taken;
        setVersion = ++version;
        bytes32 beacon = keccak256(abi.encode(_mix, _shares, version));
        (_mix, _shares, _shown) = (beacon, bytes32(0), 0);
        beaconOf[version] = beacon;
        _sets[version] = made;
        (line,) = setOf(version);
        emit SetMade(version, line, beacon);
    }

    /// @notice Shows the share that is due and seals the next; for a validator's operator, once a set. What is sealed under one set is to be
    /// shown under the next, where nobody can choose it any more: it is bound, and what others will show is not known. Who has nothing to
    /// show gives a zero share, who wants to seal nothing a zero seal.
    /// @dev Shares are joined so that their order is none of anybody's choice.
    function contribute(bytes32 share, bytes32 nextSeal) external {
        address owner = ownerOf[msg.sender];
        Record storage v = _validators[owner];
        if (v.status != Status.Active || v.operator != msg.sender) revert NotAValidator(owner);
        uint64 version = setVersion;
        uint256 owes = v.owes;
        bytes32 seal = sealOf[owner];
        if (owes > version) revert NotYet(owner, version);
        if (owes != 0 && owes == version) {
            if (keccak256(abi.encode(owner, share)) != seal) revert WrongShare(owner, seal);
            _shares ^= keccak256(abi.encode(owner, version, share));
            ++_shown;
            emit ShareShown(owner, version, share);
        } else {
            if (share != 0) revert WrongShare(owner, seal);
            // Too late for this one: it is passed over in the set that it might have bent.
            if (owes > forgivenUpTo && version < owes + 2) revert NotYet(owner, version);
        }
        v.owes = nextSeal == 0 ? 0 : uint24(version + 1);
        sealOf[owner] = nextSeal;
        emit ShareSealed(owner, v.owes, nextSeal);
    }

    /// @notice Under which set a validator is to show its share; 0 for none.
    function owesOf(address owner) external view returns (uint64) {
        return _validators[owner].owes;
    }

    /// @notice A set as it was made: words `owner << 96 | sum of the weights so far`, sorted.
    function setOf(uint64 version) public view returns (uint256[] memory line, uint40 since) {
        Set memory set = _sets[version];
        line = new uint256[](set.size);
        address pointer = set.line;
        uint256 size = set.size;
        assembly ("memory-safe") {
            extcodecopy(pointer, add(line, 0x20), 1, mul(size, 0x20))
        }
        return (line, set.madeAt);
    }

    /// @notice When a set was made; 0 for one that was not.
    function madeAt(uint64 version) external view returns (uint40) {
        return _sets[version].madeAt;
    }

    /// @notice Whether something new can still be drawn from a set: the newest, or for a few minutes the one before it.
    function isUsable(uint64 version) public view returns (bool) {
        uint64 newest = setVersion;
        if (version == 0 || version > newest) return false;
        return version == newest
            || (version == newest - 1 && block.timestamp < _sets[newest].madeAt + SET_GRACE_SECONDS);
    }

    /// @notice The committee that a seed draws from a set, as it would sit now.
    /// @return members by place in the order of the draw; the zero address at the place of who is passed over
    function committee(bytes32 seed, uint64 version) external view returns (address[] memory members) {
        return _seated(seed, version, _only(address(0)), _parameters.get(Param.CommitteeSize));
    }

    /// @notice The committee that a set has for something about `subject`, from the set's own randomness; without `excluded`.
    /// @return members as above; `excluded` has no place
    function committeeFor(bytes32 subject, uint64 version, address excluded)
        external
        view
        returns (address[] memory members)
    {
        return _seated(_seedFor(subject, version), version, _only(excluded), _parameters.get(Param.CommitteeSize));
    }

    /// @notice The same without several: where few are left, of fewer than a committee has.
    function committeeWithout(bytes32 subject, uint64 version, address[] calldata excluded)
        external
        view
        returns (address[] memory members)
    {
        return _seated(_seedFor(subject, version), version, excluded, _parameters.get(Param.CommitteeSize));
    }

    /// @notice Reverts unless a quorum of the committee that `seed` draws from set `version` attested; the set must be usable.
    /// @param seats bit i is set when place i of the committee signed
    /// @param signatures 65 bytes each, in the order of the seats
    function requireApproval(
        bytes32 seed,
        uint64 version,
        bytes32 kind,
        bytes32 subject,
        bytes32 content,
        uint256 seats,
        bytes calldata signatures
    ) external view {
        if (!isUsable(version)) revert SetNotUsable(version);
        _requireSeated(seed, version, Typed.attestation(kind, subject, content), seats, signatures);
    }

    /// @notice Reverts unless a quorum of the committee that set `version` has for `subject` attested.
    /// @return signers the owners who signed
    function requireVerdict(
        uint64 version,
        bytes32 kind,
        bytes32 subject,
        bytes32 content,
        uint256 seats,
        bytes calldata signatures
    ) external view returns (address[] memory signers) {
        return _requireVerdict(
            version, _only(address(0)), subject, Typed.attestation(kind, subject, content), seats, signatures
        );
    }

    /// @notice The same of the committee in which these do not sit.
    function requireVerdictWithout(
        uint64 version,
        address[] calldata excluded,
        bytes32 kind,
        bytes32 subject,
        bytes32 content,
        uint256 seats,
        bytes calldata signatures
    ) external view returns (address[] memory signers) {
        return
            _requireVerdict(version, excluded, subject, Typed.attestation(kind, subject, content), seats, signatures);
    }

    /// @notice Reverts unless a quorum of the committee that `seed` drew from set `version` attested; the set may be an old one.
    function requireSeated(
        bytes32 seed,
        uint64 version,
        bytes32 kind,
        bytes32 subject,
        bytes32 content,
        uint256 seats,
        bytes calldata signatures
    ) external view returns (address[] memory signers) {
        return _requireSeated(seed, version, Typed.attestation(kind, subject, content), seats, signatures);
    }

    // Absence.

    /// @notice What a verdict of absence is about.
    function absenceSubject(address owner, uint64 window) public pure returns (bytes32) {
        return keccak256(abi.encode(ABSENCE_VERDICT, owner, window));
    }

    /// @notice Lets the next in order sit in a validator's place for a while, by the verdict of a committee of the newest set, in which it
    /// does not sit itself, that it was absent in a window of time. Costs no stake. Who is benched already can be found absent again in a
    /// later window. Never are so many benched that fewer than a committee could sign, nor more than a quarter of the set, rounded up.
    function bench(address owner, uint64 window, uint256 seats, bytes calldata signatures) external {
        if (_validators[owner].status != Status.Active) revert NotAValidator(owner);
        Bench storage b = _benches[owner];
        uint64 current = uint64(block.timestamp) / ABSENCE_WINDOW_SECONDS;
        if (window > current || window + 1 < current || window <= b.window) revert WrongWindow(window, current);
        bytes32 subject = absenceSubject(owner, window);
        _requireVerdict(
            setVersion,
            _only(owner),
            subject,
            Typed.attestation(ABSENCE_VERDICT, subject, keccak256(abi.encode(ABSENCE_VERDICT, owner, window))),
            seats,
            signatures
        );
        if (b.until <= block.timestamp) _requireOthers(owner);
        uint40 until = uint40(block.timestamp) + uint40(BENCH_SECONDS);
        (b.until, b.times, b.window) = (until, b.times + 1, window);
        emit Benched(owner, until, window);
    }

    /// @notice Takes a seat again before the time is over, once an hour; for a benched validator's operator or owner.
    function present() external {
        address owner = ownerOf[msg.sender];
        if (owner == address(0) || _validators[owner].operator != msg.sender) owner = msg.sender;
        Bench storage b = _benches[owner];
        if (b.until <= block.timestamp) revert NotBenched(msg.sender);
        uint256 from = b.presentAt + PRESENT_SECONDS;
        if (b.presentAt != 0 && block.timestamp < from) revert PresentBefore(from);
        (b.until, b.presentAt) = (uint40(block.timestamp), uint40(block.timestamp));
        emit Presented(owner);
    }

    /// @dev Of the newest set, which is not changed by a bench: enough must be left who are able to sign.
    function _requireOthers(address owner) private view {
        (uint256[] memory line,) = setOf(setVersion);
        uint256 able;
        uint256 benched = 1;
        for (uint256 i = 0; i < line.length; ++i) {
            address other = address(uint160(line[i] >> 96));
            if (other == owner) continue;
            if (_benches[other].until > block.timestamp) ++benched;
            else if (_maySign(other)) ++able;
        }
        if (able < _parameters.get(Param.CommitteeSize) || benched > (line.length + 3) / 4) {
            revert TooManyBenched(benched, able);
        }
    }

    function _maySign(address owner) private view returns (bool) {
        uint256 word = _wordOf(owner);
        return uint160(word) != 0 && _able(word);
    }

    /// @dev A validator's record as one word: each signature needs all of it, and reading field by field costs as often.
    function _wordOf(address owner) private view returns (uint256 word) {
        assembly ("memory-safe") {
            mstore(0, owner)
            mstore(0x20, _validators.slot)
            word := sload(keccak256(0, 0x40))
        }
    }

    /// @dev Whether a record is of one who may sign, given that its key is the one in question. A share that was to be shown under a set
    /// that is not the newest any more was withheld.
    function _able(uint256 word) private view returns (bool) {
        uint256 owes = word >> 232;
        return uint8(word >> 160) == uint8(Status.Active) && uint40(word >> 168) <= block.timestamp
            && (owes == 0 || owes >= setVersion || owes <= forgivenUpTo);
    }

    // Faults.

    /// @notice The share of the stake that a fault costs, in ten-thousandths.
    function shareOf(Fault fault) public pure returns (uint256) {
        if (fault == Fault.Downtime) return 1_000;
        if (fault == Fault.ApprovedInvalidResult) return 3_000;
        if (fault == Fault.InvalidSignature) return 5_000;
        return 10_000;
    }

    /// @notice What the open case against a validator is about.
    function faultSubject(address owner) public view returns (bytes32) {
        return keccak256(abi.encode(Typed.FAULT_VERDICT, owner, _validators[owner].round));
    }

    /// @notice Opens a case against a validator. The committee of the set after the next judges it, whose shares nobody has shown yet; another
    /// case can follow only a week later. So nobody can wait for a committee to their liking. Only an active validator may.
    function accuse(address owner) external {
        if (_validators[msg.sender].status != Status.Active) revert NotAValidator(msg.sender);
        Record storage v = _validators[owner];
        if (v.status == Status.None) revert NotAValidator(owner);
        Case storage c = cases[owner];
        if (c.judgedBy != 0 && block.timestamp < c.openedAt + CASE_SECONDS) {
            revert CaseOpen(c.openedAt + CASE_SECONDS);
        }
        ++v.round;
        cases[owner] = Case(setVersion + 2, uint64(block.timestamp), false);
        emit Accused(owner, msg.sender, setVersion + 2, v.round);
    }

    /// @notice Slashes and jails by the verdict of the case's committee, in which the accused does not sit.
    function punish(address owner, Fault fault, bytes32 evidenceDigest, uint256 seats, bytes calldata signatures)
        external
    {
        Case storage c = cases[owner];
        if (c.judgedBy == 0 || c.judged || block.timestamp >= c.openedAt + CASE_SECONDS) revert NoCase(owner);
        c.judged = true;
        bytes32 subject = faultSubject(owner);
        bytes32 content = keccak256(
            abi.encode(
                Typed.FAULT_VERDICT, owner, uint64(_validators[owner].round), uint8(fault), evidenceDigest
            )
        );
        _requireVerdict(
            c.judgedBy, _only(owner), subject, Typed.attestation(Typed.FAULT_VERDICT, subject, content), seats, signatures
        );
        _convict(owner, fault, evidenceDigest);
    }

    /// @notice Slashes a validator whose key signed two contents for one kind and subject: all of its stake. Anyone may show it.
    function punishDoubleSigning(
        bytes32 kind,
        bytes32 subject,
        bytes32 firstContent,
        bytes calldata firstSignature,
        bytes32 secondContent,
        bytes calldata secondSignature
    ) external {
        address owner = ownerOf[_signerOf(Typed.attestation(kind, subject, firstContent), firstSignature)];
        address other = ownerOf[_signerOf(Typed.attestation(kind, subject, secondContent), secondSignature)];
        if (firstContent == secondContent || owner == address(0) || owner != other) revert NoContradiction();
        bytes32 evidence = keccak256(abi.encode(owner, kind, subject));
        if (_punished[evidence]) revert PunishedBefore();
        _punished[evidence] = true;
        _convict(owner, Fault.Collusion, evidence);
    }

    function _convict(address owner, Fault fault, bytes32 evidence) private {
        emit FaultProven(owner, fault, evidence);
        uint40 until = uint40(block.timestamp) + uint40(JAIL_SECONDS);
        _validators[owner].jailedUntil = until;
        emit Jailed(owner, until);
        _slash(owner, shareOf(fault), msg.sender);
    }

    function _setOperator(Record storage v, address operator, bytes calldata consent) private {
        if (operator == msg.sender || ownerOf[operator] != address(0)) revert OperatorTaken(operator);
        _requireConsent(msg.sender, operator, consent);
        ownerOf[operator] = msg.sender;
        v.operator = operator;
    }

    /// @dev Who may sit, sorted by address, with the sums of the weights.
    function _activeLine() private view returns (uint256[] memory line) {
        uint256 minWei = _parameters.get(Param.MinValidatorStakeWei);
        uint256 count = _owners.length;
        line = new uint256[](count);
        uint256 length;
        for (uint256 n = 0; n < count; ++n) {
            address owner = _owners[n];
            Record memory v = _validators[owner];
            uint256 stakedWei = _bonds[owner].stakedWei;
            if (stakedWei < minWei || v.operator == address(0) || v.jailedUntil > block.timestamp) continue;
            uint256 weight = stakedWei / WEIGHT_UNIT_WEI;
            uint256 word = uint256(uint160(owner)) << 96 | (weight > MAX_WEIGHT ? MAX_WEIGHT : weight);
            uint256 place = length++;
            for (; place > 0 && line[place - 1] > word; --place) {
                line[place] = line[place - 1];
            }
            line[place] = word;
        }
        assembly ("memory-safe") {
            mstore(line, length)
        }
        for (uint256 i = 1; i < length; ++i) {
            line[i] += line[i - 1] & type(uint96).max;
        }
    }

    /// @dev Keeps words as the code of a contract that does nothing: the first byte stops it.
    function _store(uint256[] memory line) private returns (address pointer) {
        bytes memory code = abi.encodePacked(hex"600b5981380380925939f300", line);
        assembly ("memory-safe") {
            pointer := create(0, add(code, 0x20), mload(code))
        }
        assert(pointer != address(0));
    }

    function _seedFor(bytes32 subject, uint64 version) private view returns (bytes32) {
        if (version == 0 || version > setVersion) revert SetNotUsable(version);
        return keccak256(abi.encode(beaconOf[version], subject));
    }

    /// @dev One address as a list; none for the zero address.
    function _only(address owner) private pure returns (address[] memory list) {
        if (owner == address(0)) return list;
        list = new address[](1);
        list[0] = owner;
    }

    /// @dev The first `count` that a seed draws, without `excluded`.
    function _order(bytes32 seed, uint64 version, address[] memory excluded, uint256 count)
        private
        view
        returns (address[] memory order)
    {
        (uint256[] memory line,) = setOf(version);
        order = Draw.drawLine(seed, COMMITTEE_PURPOSE, line, count + excluded.length);
        if (excluded.length == 0) return order;
        uint256 length;
        for (uint256 i = 0; i < order.length && length < count; ++i) {
            address owner = order[i];
            uint256 j;
            while (j < excluded.length && excluded[j] != owner) ++j;
            if (j == excluded.length) order[length++] = owner;
        }
        assembly ("memory-safe") {
            mstore(order, length)
        }
    }

    /// @dev The first `size` of the draw who are able, at their places; zero addresses between them.
    function _seated(bytes32 seed, uint64 version, address[] memory excluded, uint256 size)
        private
        view
        returns (address[] memory members)
    {
        members = _order(seed, version, excluded, size + MAX_PASSED_OVER);
        uint256 seated;
        uint256 place;
        for (; place < members.length && seated < size; ++place) {
            address owner = members[place];
            if (_maySign(owner) && _benches[owner].until <= block.timestamp) ++seated;
            else members[place] = address(0);
        }
        assembly ("memory-safe") {
            mstore(members, place)
        }
    }

    /// @dev How many places of a draw are looked at: those of the plain committee, or up to the last that signed.
    function _places(uint256 seats, uint256 size) private pure returns (uint256 places) {
        if (seats >> size == 0) return size;
        if (seats >> size + MAX_PASSED_OVER != 0) revert BadSeats(seats);
        for (places = size + 1; seats >> places != 0; ++places) {}
    }

    /// @dev Reverts when a place signed that is not reached: before it are as many as a committee has who signed or could not be passed
    /// over. Who is benched, or was moments ago, may sign and keeps its seat, or not sign and is passed over: so what was collected before
    /// somebody was benched or came back stays good, and yet never more than a committee has a say.
    function _requireReached(address[] memory order, uint256 seats, uint256 size) private view {
        uint256 seated;
        for (uint256 place = 0; place < order.length; ++place) {
            address owner = order[place];
            if (seats >> place & 1 == 0) {
                if (!_maySign(owner) || _benches[owner].until + BENCH_GRACE_SECONDS > block.timestamp) continue;
            } else if (seated >= size) {
                revert BadSeats(seats);
            }
            ++seated;
        }
    }

    /// @dev For a committee that a seed drew; its size and its quorum are one question.
    function _requireSeated(bytes32 seed, uint64 version, bytes32 structHash, uint256 seats, bytes calldata signatures)
        private
        view
        returns (address[] memory signers)
    {
        (uint256 size, uint256 quorum) = _parameters.getTwo(Param.CommitteeSize, Param.Quorum);
        address[] memory order = _order(seed, version, _only(address(0)), _places(seats, size));
        if (seats >> size != 0) _requireReached(order, seats, size);
        return _requireQuorum(order, structHash, seats, signatures, quorum);
    }

    /// @dev For a committee that a subject has.
    function _requireVerdict(
        uint64 version,
        address[] memory excluded,
        bytes32 subject,
        bytes32 structHash,
        uint256 seats,
        bytes calldata signatures
    ) private view returns (address[] memory signers) {
        (uint256 size, uint256 quorum) = _parameters.getTwo(Param.CommitteeSize, Param.Quorum);
        address[] memory order = _order(_seedFor(subject, version), version, excluded, _places(seats, size));
        if (seats >> size != 0) _requireReached(order, seats, size);
        return _requireQuorum(order, structHash, seats, signatures, quorum);
    }

    function _requireQuorum(
        address[] memory members,
        bytes32 structHash,
        uint256 seats,
        bytes calldata signatures,
        uint256 quorum
    ) private view returns (address[] memory signers) {
        bytes32 digest = _typedDigest(structHash);
        signers = new address[](members.length);
        uint256 count;
        for (uint256 seat = 0; seat < members.length; ++seat) {
            if (seats >> seat & 1 == 0) continue;
            if (signatures.length < 65 * (count + 1)) revert BadSeats(seats);
            address owner = members[seat];
            uint256 word = _wordOf(owner);
            address signer = _recover(digest, signatures[65 * count:65 * (count + 1)]);
            if (signer != address(uint160(word)) || !_able(word)) revert BadSigner(signer, owner);
            signers[count++] = owner;
        }
        if (count < quorum) revert NoQuorum(count, quorum);
        if (seats >> members.length != 0 || signatures.length != 65 * count) revert BadSeats(seats);
        assembly ("memory-safe") {
            mstore(signers, count)
        }
    }
}
