// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Draw} from "../../src/lib/Draw.sol";
import {Test} from "../support/Test.sol";

contract DrawTest is Test {
    bytes32 private constant PURPOSE = keccak256("test");

    function people(uint256 seed, uint256 size) private pure returns (Draw.Candidate[] memory list, uint256[] memory line) {
        list = new Draw.Candidate[](size);
        line = new uint256[](size);
        uint160 node;
        uint256 sum;
        for (uint256 i = 0; i < size; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, i)));
            node += uint160(r % 1e40) + 1;
            uint64 weight = uint64(1 + (r >> 200) % (r % 3 == 0 ? 10 : 2 ** 40));
            list[i] = Draw.Candidate(address(node), address(node), weight);
            sum += weight;
            line[i] = uint256(node) << 96 | sum;
        }
    }

    /// @dev Bisection over sums draws exactly whom the plain walk draws.
    function testFuzz_lineIsTheSameDraw(bytes32 seed, uint256 people_, uint8 size, uint8 count) public pure {
        (Draw.Candidate[] memory list, uint256[] memory line) = people(people_, size % 40);
        address[] memory fast = Draw.drawLine(seed, PURPOSE, line, count % 45);
        address[] memory plain = Draw.draw(seed, PURPOSE, list, count % 45, size % 2 == 0);
        equal(fast.length, plain.length, "how many");
        for (uint256 i = 0; i < fast.length; ++i) {
            equal(fast[i], plain[i], "who");
            for (uint256 j = 0; j < i; ++j) {
                isTrue(fast[i] != fast[j], "nobody twice");
            }
        }
    }

    function testFuzz_aSmallerDrawIsTheBeginning(bytes32 seed, uint256 people_, uint8 size) public pure {
        (, uint256[] memory line) = people(people_, 5 + size % 40);
        address[] memory five = Draw.drawLine(seed, PURPOSE, line, 5);
        address[] memory three = Draw.drawLine(seed, PURPOSE, line, 3);
        for (uint256 i = 0; i < 3; ++i) {
            equal(five[i], three[i], "who");
        }
    }

    function testFuzz_belowIsBelow(bytes32 seed, uint64 bound_) public pure {
        uint256 limit = uint256(bound_) % (2 ** 63 - 1) + 1;
        (uint256 x, uint256 next) = Draw.below(seed, PURPOSE, 0, limit);
        isTrue(x < limit && next >= 1, "below");
    }

    /// @dev The rejected words of a bound that divides 2^64 badly: 2^63 + 1 throws away almost half of them.
    function test_rejectsBiasedWords() public pure {
        uint256 words;
        for (uint256 i = 0; i < 200; ++i) {
            (uint256 x, uint256 next) = Draw.below(keccak256(abi.encode(i)), PURPOSE, 0, 2 ** 63 + 1);
            isTrue(x <= 2 ** 63, "below");
            words += next;
        }
        isTrue(words > 300 && words < 600, "about two words each");
    }

    function outside(Draw.Candidate[] memory list) external pure returns (address[] memory) {
        return Draw.draw("seed", PURPOSE, list, 1, true);
    }

    function test_refuses() public {
        Draw.Candidate[] memory list = new Draw.Candidate[](2);
        list[0] = Draw.Candidate(address(2), address(2), 1);
        list[1] = Draw.Candidate(address(2), address(2), 1);
        vm.expectRevert(Draw.NotSorted.selector);
        this.outside(list);
        list[1] = Draw.Candidate(address(1), address(2), 1);
        vm.expectRevert(Draw.NotSorted.selector);
        this.outside(list);
        list[1] = Draw.Candidate(address(3), address(2), 2 ** 63 - 1);
        vm.expectRevert(Draw.WeightsTooLarge.selector);
        this.outside(list);
        list[1].weight -= 1;
        equal(this.outside(list).length, 1, "63 bits");
        list[0].weight = 0;
        list[1].weight = 0;
        equal(this.outside(list).length, 0, "nobody weighs anything");
    }
}
