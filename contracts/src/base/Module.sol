// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Typed} from "../lib/Typed.sol";
import {MyelinDirectory} from "../MyelinDirectory.sol";

/// @title What every module has: its directory, and the network's one EIP-712 domain
abstract contract Module {
    /// @notice The directory that the module belongs to, and the verifying contract of its signatures.
    MyelinDirectory public immutable DIRECTORY;

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private immutable _separator;
    uint256 private immutable _chainId;

    /// @notice The module was created at another address than the directory holds for it.
    error WrongAddress(address expected);
    /// @notice Only that contract or account may call this.
    error NotAllowed(address caller);

    /// @notice The operator key did not consent to work for this owner.
    error NoConsent(address owner, address operator);

    constructor(MyelinDirectory directory, address expected) {
        if (expected != address(this)) revert WrongAddress(expected);
        DIRECTORY = directory;
        _chainId = block.chainid;
        _separator = _separatorOf(address(directory), block.chainid);
    }

    /// @notice The domain separator of the network; it follows the chain id when a chain splits.
    function domainSeparator() public view returns (bytes32) {
        return block.chainid == _chainId ? _separator : _separatorOf(address(DIRECTORY), block.chainid);
    }

    /// @dev A key must agree to be an owner's operator, or anybody could register it and take its pay.
    function _requireConsent(address owner, address operator, bytes calldata signature) internal view {
        bytes32 structHash = keccak256(abi.encode(Typed.OPERATOR_CONSENT, owner, operator));
        if (_signerOf(structHash, signature) != operator) revert NoConsent(owner, operator);
    }

    /// @dev What is signed for a struct with this hash.
    function _typedDigest(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
    }

    /// @dev Who signed a struct with this hash; reverts for a malformed signature and for the high s.
    function _signerOf(bytes32 structHash, bytes calldata signature) internal view returns (address) {
        return _recover(_typedDigest(structHash), signature);
    }

    /// @dev Who signed a digest; never the zero address.
    function _recover(bytes32 digest, bytes calldata signature) internal pure returns (address) {
        return ECDSA.recover(digest, signature);
    }

    function _separatorOf(address directory, uint256 chainId) private pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256("Myelin"), keccak256("1"), chainId, directory));
    }
}
