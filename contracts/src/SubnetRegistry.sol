// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bonds} from "./base/Bonds.sol";
import {Param} from "./Parameters.sol";
import {Typed} from "./lib/Typed.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";
import {ValidatorRegistry} from "./ValidatorRegistry.sol";

/// @title Subnets: their models and price lists, and the gateways that serve them with a bond
/// @notice Which models a subnet has is signed by a committee. Prices are the subnet's own; a published version never changes.
contract SubnetRegistry is Bonds {
    struct Subnet {
        address owner;
        address nextOwner;
        uint64 version;
    }

    struct Model {
        bytes32 weightsDigest;
        uint64 priceVersion;
        uint64 pricedAt;
    }

    struct Price {
        uint128 inputWei;
        uint128 outputWei;
    }

    /// @notice A model as a committee signs it.
    struct ModelConfig {
        string model;
        bytes32 weightsDigest;
        uint128 inputWei;
        uint128 outputWei;
    }

    struct Gateway {
        address owner;
        bool leaving;
    }

    /// @notice Where a gateway says it is reached.
    /// @dev record: signed by the gateway's key, as the peer network has it; ready: whether it can take a new session now
    struct Announcement {
        address gateway;
        bool ready;
        bytes record;
    }

    /// @notice Longest record that is kept: the peer network's longest.
    uint256 public constant MAX_RECORD_BYTES = 300;

    ValidatorRegistry private immutable _registry;
    address private immutable _queue;
    address private immutable _payment;

    mapping(bytes32 subnetId => Subnet subnet) public subnets;
    mapping(bytes32 subnetId => mapping(bytes32 modelId => Model model)) private _models;
    mapping(bytes32 subnetId => mapping(bytes32 modelId => mapping(uint64 version => Price price))) private _prices;
    /// @notice Gateways by the key that signs offers and receipts.
    mapping(address gateway => Gateway info) public gateways;
    /// @notice Whether a subnet lets a gateway serve it.
    mapping(bytes32 subnetId => mapping(address gateway => bool admitted)) public admitted;

    /// @notice Where a gateway said it is reached; empty when it said nothing.
    mapping(address gateway => bytes record) public recordOf;
    address[] private _announced;

    /// @notice A subnet was created and its fee paid.
    event SubnetCreated(bytes32 indexed subnetId, address indexed owner, uint256 feeWei);
    /// @notice A subnet is offered to another owner.
    event SubnetOffered(bytes32 indexed subnetId, address indexed nextOwner);
    /// @notice A subnet has another owner.
    event SubnetTransferred(bytes32 indexed subnetId, address indexed owner);
    /// @notice A committee signed a configuration.
    event SubnetConfigured(bytes32 indexed subnetId, uint64 version, bytes32 configDigest);
    /// @notice A model is offered.
    event ModelListed(bytes32 indexed subnetId, bytes32 indexed modelId, string model, bytes32 weightsDigest);
    /// @notice A price was published; a token of the prompt, a token of the answer.
    event PricePublished(
        bytes32 indexed subnetId, bytes32 indexed modelId, uint64 version, uint128 inputWei, uint128 outputWei
    );
    /// @notice A gateway registered.
    event GatewayRegistered(address indexed gateway, address indexed owner);
    /// @notice A gateway takes no new sessions.
    event GatewayLeaving(address indexed gateway);
    /// @notice A subnet admitted a gateway, or turned it away.
    event GatewayAdmitted(bytes32 indexed subnetId, address indexed gateway, bool admitted);

    /// @notice A gateway said where it is reached.
    event GatewayAnnounced(address indexed gateway, bytes record);

    /// @notice That subnet exists already.
    error SubnetExists(bytes32 subnetId);
    /// @notice Only the owner may.
    error NotOwner(address caller);
    /// @notice The subnet has no such model.
    error UnknownModel(bytes32 subnetId, bytes32 modelId);
    /// @notice The version is not the newest, and the newest has been out for too long to quote an old one.
    error PriceNotQuotable(uint64 version, uint64 newest);
    /// @notice The gateway is not registered, is leaving, has too small a bond, or is not admitted.
    error GatewayNotReady(address gateway);
    /// @notice The key is registered already.
    error GatewayExists(address gateway);
    /// @notice A record has 1 to `MAX_RECORD_BYTES` bytes.
    error BadRecord(uint256 size);

    constructor(MyelinDirectory directory) Bonds(directory, directory.subnets()) {
        _registry = ValidatorRegistry(directory.validators());
        _queue = directory.queue();
        _payment = directory.payment();
    }

    // Subnets.

    /// @notice Creates a subnet; the fee goes to the treasury.
    function createSubnet(bytes32 salt) external nonReentrant returns (bytes32 subnetId) {
        subnetId = keccak256(abi.encode(msg.sender, salt));
        if (subnets[subnetId].owner != address(0)) revert SubnetExists(subnetId);
        subnets[subnetId].owner = msg.sender;
        uint256 feeWei = _receive(_parameters.get(Param.SubnetFeeWei));
        emit SubnetCreated(subnetId, msg.sender, feeWei);
        _credit(_parameters.treasury(), feeWei);
    }

    /// @notice Offers a subnet to another owner, who has to accept it.
    function offerSubnet(bytes32 subnetId, address nextOwner) external {
        _onlyOwner(subnetId);
        subnets[subnetId].nextOwner = nextOwner;
        emit SubnetOffered(subnetId, nextOwner);
    }

    /// @notice Accepts a subnet.
    function acceptSubnet(bytes32 subnetId) external {
        Subnet storage subnet = subnets[subnetId];
        if (msg.sender != subnet.nextOwner) revert NotOwner(msg.sender);
        subnet.owner = msg.sender;
        subnet.nextOwner = address(0);
        emit SubnetTransferred(subnetId, msg.sender);
    }

    /// @notice What the committee signs for a configuration is about.
    function configSubject(bytes32 subnetId) public view returns (bytes32) {
        return keccak256(abi.encode(Typed.SUBNET_CONFIG, subnetId, subnets[subnetId].version + 1));
    }

    /// @notice Lists models, or gives listed ones other weights, with their first or next price; a committee signs it.
    function configure(bytes32 subnetId, ModelConfig[] calldata models, uint256 seats, bytes calldata signatures)
        external
    {
        _onlyOwner(subnetId);
        bytes32 subject = configSubject(subnetId);
        uint64 version = ++subnets[subnetId].version;
        bytes32 configDigest = keccak256(abi.encode(models));
        bytes32 content = keccak256(abi.encode(Typed.SUBNET_CONFIG, subnetId, version, configDigest));
        emit SubnetConfigured(subnetId, version, configDigest);
        for (uint256 i = 0; i < models.length; ++i) {
            ModelConfig calldata m = models[i];
            bytes32 modelId = keccak256(bytes(m.model));
            _models[subnetId][modelId].weightsDigest = m.weightsDigest;
            emit ModelListed(subnetId, modelId, m.model, m.weightsDigest);
            _publish(subnetId, modelId, m.inputWei, m.outputWei);
        }
        _registry.requireVerdict(_registry.setVersion(), Typed.SUBNET_CONFIG, subject, content, seats, signatures);
    }

    /// @notice Publishes another price of a listed model; open sessions keep theirs.
    function publishPrice(bytes32 subnetId, bytes32 modelId, uint128 inputWei, uint128 outputWei) external {
        _onlyOwner(subnetId);
        if (_models[subnetId][modelId].priceVersion == 0) revert UnknownModel(subnetId, modelId);
        _publish(subnetId, modelId, inputWei, outputWei);
    }

    /// @notice A model as it stands.
    function modelOf(bytes32 subnetId, bytes32 modelId) external view returns (Model memory) {
        return _models[subnetId][modelId];
    }

    /// @notice A price as it was published.
    function priceOf(bytes32 subnetId, bytes32 modelId, uint64 version) external view returns (Price memory) {
        return _prices[subnetId][modelId][version];
    }

    /// @notice The price at which a session can be opened now, and who gets the gateway's share. A version that was replaced can be
    /// quoted for a while; `gateway` may be the queue, which has no bond because it is code.
    function quote(bytes32 subnetId, bytes32 modelId, uint64 version, address gateway)
        external
        view
        returns (Price memory price, address payee)
    {
        // Not all of the model: its weights are a word of their own.
        Model storage model = _models[subnetId][modelId];
        uint64 newest = model.priceVersion;
        if (version == 0 || newest == 0) revert UnknownModel(subnetId, modelId);
        if (version != newest) {
            bool lately = version + 1 == newest
                && block.timestamp < model.pricedAt + _parameters.get(Param.QuoteSeconds);
            if (!lately) revert PriceNotQuotable(version, newest);
        }
        price = _prices[subnetId][modelId][version];
        if (gateway == _queue) return (price, address(0));
        bool ready;
        (ready, payee) = _readiness(gateway);
        if (!ready || !admitted[subnetId][gateway]) revert GatewayNotReady(gateway);
    }

    // Gateways.

    /// @notice Registers a gateway's key with a bond; the key consents by its signature.
    function registerGateway(address gateway, uint256 amountWei, bytes calldata consent)
        external
        nonReentrant
    {
        if (gateways[gateway].owner != address(0)) revert GatewayExists(gateway);
        _requireConsent(msg.sender, gateway, consent);
        gateways[gateway] = Gateway(msg.sender, false);
        emit GatewayRegistered(gateway, msg.sender);
        _stake(gateway, amountWei, _parameters.get(Param.MinGatewayBondWei));
    }

    /// @notice Adds to a gateway's bond.
    function topUp(address gateway, uint256 amountWei) external nonReentrant {
        _onlyGatewayOwner(gateway);
        _stake(gateway, amountWei, 0);
    }

    /// @notice Retires a gateway, or revokes its key: no new session; the bond follows after the unbonding time. It cannot come back.
    function retireGateway(address gateway) external {
        _onlyGatewayOwner(gateway);
        gateways[gateway].leaving = true;
        emit GatewayLeaving(gateway);
        _unbond(gateway, _bonds[gateway].stakedWei);
    }

    /// @notice Fetches the bond of a retired gateway.
    function withdrawBond(address gateway, address to) external nonReentrant {
        _onlyGatewayOwner(gateway);
        _withdraw(gateway, to);
    }

    /// @notice Lets a gateway serve a subnet, or not any more.
    function admit(bytes32 subnetId, address gateway, bool yes) external {
        _onlyOwner(subnetId);
        admitted[subnetId][gateway] = yes;
        emit GatewayAdmitted(subnetId, gateway, yes);
    }

    /// @notice Says where the calling gateway is reached, for clients who know the chain and nobody else. What the record says is checked
    /// by who reads it: it is signed by the same key.
    function announce(bytes calldata record) external {
        if (gateways[msg.sender].owner == address(0)) revert GatewayNotReady(msg.sender);
        if (record.length == 0 || record.length > MAX_RECORD_BYTES) revert BadRecord(record.length);
        if (recordOf[msg.sender].length == 0) _announced.push(msg.sender);
        recordOf[msg.sender] = record;
        emit GatewayAnnounced(msg.sender, record);
    }

    /// @notice What gateways said, in the order of their first announcement, from place `first` on; at most `count`.
    function announcements(uint256 first, uint256 count) external view returns (Announcement[] memory found) {
        uint256 size = _announced.length;
        uint256 left = first < size ? size - first : 0;
        found = new Announcement[](count < left ? count : left);
        for (uint256 i = 0; i < found.length; ++i) {
            address gateway = _announced[first + i];
            (bool ready,) = _readiness(gateway);
            found[i] = Announcement(gateway, ready, recordOf[gateway]);
        }
    }

    /// @notice Whether a gateway can take a new session.
    function isReady(address gateway) external view returns (bool ready) {
        (ready,) = _readiness(gateway);
    }

    /// @notice For the payment contract, which has checked the proof: pays what the gateway owes out of its bond, then slashes a share.
    /// @return paidWei how much of what is owed was there
    function punish(address gateway, uint256 owedWei, address to, uint256 shareBps, address reporter)
        external
        returns (uint256 paidWei)
    {
        if (msg.sender != _payment) revert NotAllowed(msg.sender);
        if (owedWei > 0) paidWei = _compensate(gateway, owedWei, to);
        _slash(gateway, shareBps, reporter);
    }

    function _readiness(address gateway) private view returns (bool ready, address owner) {
        Gateway memory g = gateways[gateway];
        owner = g.owner;
        ready = owner != address(0) && !g.leaving
            && _bonds[gateway].stakedWei >= _parameters.get(Param.MinGatewayBondWei);
    }

    function _publish(bytes32 subnetId, bytes32 modelId, uint128 inputWei, uint128 outputWei) private {
        Model storage model = _models[subnetId][modelId];
        uint64 version = ++model.priceVersion;
        model.pricedAt = uint64(block.timestamp);
        _prices[subnetId][modelId][version] = Price(inputWei, outputWei);
        emit PricePublished(subnetId, modelId, version, inputWei, outputWei);
    }

    function _onlyOwner(bytes32 subnetId) private view {
        if (msg.sender != subnets[subnetId].owner) revert NotOwner(msg.sender);
    }

    function _onlyGatewayOwner(address gateway) private view {
        if (msg.sender != gateways[gateway].owner) revert NotOwner(msg.sender);
    }
}
