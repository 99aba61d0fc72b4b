// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The network's drawing, as docs/protocol.md has it
/// @notice `io.myelin.protocol.selection` is the same in Java; docs/vectors/selection.json binds both.
library Draw {
    struct Candidate {
        address node;
        address owner;
        uint64 weight;
    }

    /// @dev A line of words `address << 96 | sum of the weights up to and with it`, sorted by address: drawn by bisection.
    uint256 private constant SUM_MASK = type(uint96).max;

    /// @notice The candidates are not sorted by address, or one is there twice.
    error NotSorted();
    /// @notice The weights' sum has more than 63 bits.
    error WeightsTooLarge();

    /// @dev The next integer below `bound`, and the number of the next word.
    function below(bytes32 seed, bytes32 purposeHash, uint256 word, uint256 bound)
        internal
        pure
        returns (uint256 drawn, uint256 next)
    {
        uint256 limit = 2 ** 64 - (2 ** 64 % bound);
        while (true) {
            bytes32 wordHash;
            assembly ("memory-safe") {
                let free := mload(0x40)
                mstore(free, seed)
                mstore(add(free, 0x20), purposeHash)
                mstore(add(free, 0x40), word)
                wordHash := keccak256(free, 0x60)
            }
            ++word;
            uint256 x = uint256(wordHash) >> 192;
            if (x < limit) return (x % bound, word);
        }
    }

    /// @dev Draws up to `count` of the candidates, which must be sorted by address; the plain algorithm, for short lists.
    function draw(bytes32 seed, bytes32 purposeHash, Candidate[] memory candidates, uint256 count, bool distinctOwners)
        internal
        pure
        returns (address[] memory drawn)
    {
        uint256 size = candidates.length;
        uint256 total;
        for (uint256 i = 0; i < size; ++i) {
            if (i > 0 && candidates[i].node <= candidates[i - 1].node) revert NotSorted();
            total += candidates[i].weight;
        }
        if (total >= 2 ** 63) revert WeightsTooLarge();
        address[] memory found = new address[](count < size ? count : size);
        uint256 length;
        uint256 word;
        while (length < found.length && total > 0) {
            uint256 left;
            (left, word) = below(seed, purposeHash, word, total);
            uint256 place = 0;
            while (left >= candidates[place].weight) {
                left -= candidates[place].weight;
                ++place;
            }
            found[length++] = candidates[place].node;
            total -= _remove(candidates, place, distinctOwners);
        }
        return _first(found, length);
    }

    /// @dev Draws up to `count` of a line in which everyone is an owner of their own.
    function drawLine(bytes32 seed, bytes32 purposeHash, uint256[] memory line, uint256 count)
        internal
        pure
        returns (address[] memory drawn)
    {
        uint256 size = line.length;
        if (count > size) count = size;
        drawn = new address[](count);
        // Places drawn before, in the order of the line, so that a point can be moved past them.
        uint256[] memory taken = new uint256[](count);
        uint256 total = size == 0 ? 0 : line[size - 1] & SUM_MASK;
        uint256 word;
        for (uint256 n = 0; n < count; ++n) {
            uint256 point;
            (point, word) = below(seed, purposeHash, word, total);
            uint256 i = 0;
            for (; i < n; ++i) {
                uint256 start = _start(line, taken[i]);
                if (point < start) break;
                point += _weight(line, taken[i]);
            }
            uint256 place = _find(line, point);
            for (uint256 j = n; j > i; --j) {
                taken[j] = taken[j - 1];
            }
            taken[i] = place;
            drawn[n] = address(uint160(line[place] >> 96));
            total -= _weight(line, place);
        }
    }

    function _remove(Candidate[] memory candidates, uint256 place, bool distinctOwners) private pure returns (uint256 removed) {
        if (!distinctOwners) {
            removed = candidates[place].weight;
            candidates[place].weight = 0;
            return removed;
        }
        address owner = candidates[place].owner;
        for (uint256 i = 0; i < candidates.length; ++i) {
            if (candidates[i].owner == owner) {
                removed += candidates[i].weight;
                candidates[i].weight = 0;
            }
        }
    }

    function _start(uint256[] memory line, uint256 place) private pure returns (uint256) {
        return place == 0 ? 0 : line[place - 1] & SUM_MASK;
    }

    function _weight(uint256[] memory line, uint256 place) private pure returns (uint256) {
        return (line[place] & SUM_MASK) - _start(line, place);
    }

    /// @dev The first place whose sum is beyond the point.
    function _find(uint256[] memory line, uint256 point) private pure returns (uint256 low) {
        uint256 high = line.length - 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (line[middle] & SUM_MASK > point) high = middle;
            else low = middle + 1;
        }
    }

    function _first(address[] memory list, uint256 length) private pure returns (address[] memory) {
        assembly ("memory-safe") {
            mstore(list, length)
        }
        return list;
    }
}
