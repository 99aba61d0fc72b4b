// What Foundry asks of a compiler: --version, and --standard-json from standard input. Imports out of node_modules are read here.
const fs = require('fs');
const path = require('path');
const solc = require('solc');

function read(name) {
  try {
    return { contents: fs.readFileSync(path.resolve(__dirname, name), 'utf8') };
  } catch (e) {
    return { error: e.message };
  }
}

if (process.argv.includes('--version')) {
  const version = solc.version().replace('.Emscripten.clang', '.Linux.g++');
  console.log('solc, the solidity compiler commandline interface\nVersion: ' + version);
} else {
  process.stdout.write(solc.compile(fs.readFileSync(0, 'utf8'), { import: read }));
}
