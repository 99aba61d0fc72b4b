// Fails when anything costs more than two in a hundred more gas than the committed table says.
const fs = require('fs');
const [before, after] = process.argv.slice(2).map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
let worse = 0;
for (const [name, was] of Object.entries(before)) {
  const is = after[name];
  if (is === undefined) {
    console.log(`gas: "${name}" is not measured any more`);
    worse++;
  } else if (Number(is) > Number(was) * 1.02) {
    console.log(`gas: ${name}: ${is} (expected: at most 2 % more than ${was})`);
    worse++;
  }
}
for (const name of Object.keys(after)) {
  if (before[name] === undefined) {
    console.log(`gas: "${name}" is not in snapshots/gas.json; run contracts/check --gas`);
    worse++;
  }
}
console.log(worse ? `gas: ${worse} regressions` : `gas: ${Object.keys(before).length} figures as committed, none more than 2 % above`);
process.exit(worse ? 1 : 0);
