// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a module says of itself, so that the directory can tell it from a stranger.
interface IModule {
    /// @notice The directory that the module belongs to.
    function DIRECTORY() external view returns (MyelinDirectory);
}

/// @title The network's address book, and the verifying contract of everything that is signed in it
/// @notice Its addresses are given once, at its creation, and never change. It is created first, from the addresses that the modules will
/// have (they follow from the deployer's account and nonce); each module then refuses to be created at any other address.
contract MyelinDirectory {
    /// @notice The contracts of one network.
    struct Addresses {
        address token;
        address parameters;
        address validators;
        address subnets;
        address nodes;
        address payment;
        address sessions;
        address queue;
        address stats;
        address cognitive;
    }

    /// @notice The ERC-20 for stakes and payments.
    address public immutable token;
    /// @notice Bounded parameters behind a timelock.
    address public immutable parameters;
    /// @notice Validators, their stakes and committees.
    address public immutable validators;
    /// @notice Subnets, price lists, gateways and their bonds.
    address public immutable subnets;
    /// @notice Compute nodes and their slots.
    address public immutable nodes;
    /// @notice Escrow, settlement and credits.
    address public immutable payment;
    /// @notice The front door of sessions.
    address public immutable sessions;
    /// @notice Tasks of clients without a gateway.
    address public immutable queue;
    /// @notice Counters and points of nodes.
    address public immutable stats;
    /// @notice Cognitive rounds.
    address public immutable cognitive;

    /// @notice An address is missing.
    error ZeroAddress();

    constructor(Addresses memory a) {
        if (
            a.token == address(0) || a.parameters == address(0) || a.validators == address(0) || a.subnets == address(0)
                || a.nodes == address(0) || a.payment == address(0) || a.sessions == address(0)
                || a.queue == address(0) || a.stats == address(0) || a.cognitive == address(0)
        ) revert ZeroAddress();
        token = a.token;
        parameters = a.parameters;
        validators = a.validators;
        subnets = a.subnets;
        nodes = a.nodes;
        payment = a.payment;
        sessions = a.sessions;
        queue = a.queue;
        stats = a.stats;
        cognitive = a.cognitive;
    }

    /// @notice Every address at once.
    function all() external view returns (Addresses memory) {
        return Addresses(token, parameters, validators, subnets, nodes, payment, sessions, queue, stats, cognitive);
    }

    /// @notice Whether every module stands and names this directory: check it once after deployment.
    function isComplete() external view returns (bool) {
        return token.code.length > 0 && _mine(parameters) && _mine(validators) && _mine(subnets) && _mine(nodes)
            && _mine(payment) && _mine(sessions) && _mine(queue) && _mine(stats) && _mine(cognitive);
    }

    function _mine(address module) private view returns (bool) {
        return module.code.length > 0 && address(IModule(module).DIRECTORY()) == address(this);
    }
}
