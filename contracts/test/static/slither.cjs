// Fails when Slither finds something that known.json does not explain, or more of it.
const fs = require('fs');
const known = JSON.parse(fs.readFileSync(__dirname + '/known.json', 'utf8'));
const found = {};
for (const d of JSON.parse(fs.readFileSync(process.argv[2], 'utf8')).results.detectors || []) {
  (found[d.check] ||= []).push(d.description.split('\n')[0]);
}
let unexplained = 0;
for (const [check, list] of Object.entries(found)) {
  const [count, reason] = known[check] || [0, ''];
  console.log(`slither: ${check}: ${list.length}${reason ? ' — ' + reason : ''}`);
  if (list.length > count) {
    console.log(`  expected: at most ${count}\n  ` + list.join('\n  '));
    unexplained++;
  }
}
process.exit(unexplained ? 1 : 0);
