// The small faults that can be planted in a contract, found in the compiler's syntax tree, so that what is changed is an expression and not a text.
const fs = require('fs');
const path = require('path');
const solc = require('solc');

/** Fault n is there in block FIRST_BLOCK + n; in Foundry's first block none is. */
const FIRST_BLOCK = 1000;

const replacements = {
  '+': ['-'], '-': ['+'], '*': ['+'], '/': ['*'],
  '<': ['<=', '>='], '>': ['>=', '<='], '<=': ['<'], '>=': ['>'],
  '==': ['!='], '!=': ['=='], '&&': ['||'], '||': ['&&'],
};

function syntaxTree(root, name) {
  const file = `src/${name}.sol`;
  const read = (unit) => {
    const at = unit.startsWith('@') ? path.join(root, '../node_modules', unit) : path.join(root, unit);
    return { contents: fs.readFileSync(at, 'utf8') };
  };
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: fs.readFileSync(path.join(root, file), 'utf8') } },
    settings: { outputSelection: { '*': { '': ['ast'] } } },
  };
  return JSON.parse(solc.compile(JSON.stringify(input), { import: read })).sources[file].ast;
}

function children(node) {
  const found = [];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child === 'object' && child.nodeType && child.src) found.push(child);
    }
  }
  return found.sort((a, b) => Number(a.src.split(':')[0]) - Number(b.src.split(':')[0]));
}

/** Whether an assignment is to a name for what lies in storage or calldata: without it nothing would compile. */
function names(e) {
  const left = e?.nodeType === 'Assignment' ? e.leftHandSide : undefined;
  const parts = left?.nodeType === 'TupleExpression' ? left.components : [left];
  return parts.some((p) => p?.nodeType === 'Identifier' && / (storage pointer|calldata)$/.test(p.typeDescriptions.typeString));
}

/** One contract with all its faults behind their numbers. */
function plantOne(root, contract, faults) {
  const source = fs.readFileSync(path.join(root, 'src', contract + '.sol'));
  const span = (node) => node.src.split(':').map(Number);
  const text = (node) => source.subarray(span(node)[0], span(node)[0] + span(node)[1]).toString();
  const fault = (node, change) => {
    const line = source.subarray(0, span(node)[0]).toString().split('\n').length;
    faults.push({ number: faults.length + 1, contract, line, change: change.replace(/\s+/g, ' ') });
    return `block.number == ${FIRST_BLOCK + faults.length}`;
  };

  /** A node's text, with the faults below it and its own. What a fault puts in its place has no others in it. */
  const render = (node) => {
    if (node.nodeType === 'ForStatement') {
      for (const part of [node.loopExpression, node.initializationExpression]) if (part) part.inHeader = true;
    }
    if (node.nodeType === 'InlineAssembly') return text(node);
    const [start, length] = span(node);
    let out = '';
    let at = start;
    for (const child of children(node)) {
      const [s, l] = span(child);
      if (s < at) continue;
      const rendered = render(child);
      out += source.subarray(at, s).toString() + rendered;
      at = s + l;
      // A statement's source ends before its semicolon; one that became a block needs none.
      if (rendered.endsWith('}') && source[at] === 59) at++;
    }
    out += source.subarray(at, start + length).toString();
    return change(node, out);
  };

  const condition = (node, out) => {
    const always = fault(node, `always: ${text(node)}`);
    const never = fault(node, `never: ${text(node)}`);
    return `(${always} ? true : ${never} ? false : (${out}))`;
  };

  const change = (node, out) => {
    if (node.nodeType === 'BinaryOperation' && replacements[node.operator] && !node.isConstant && !node.isPure) {
      for (const other of replacements[node.operator]) {
        const there = fault(node, `${text(node)} with ${other}`);
        out = `(${there} ? (${text(node.leftExpression)} ${other} ${text(node.rightExpression)}) : (${out}))`;
      }
    }
    if (node.isCondition) return condition(node, out);
    const leaves =
      (node.nodeType === 'ExpressionStatement' && !node.inHeader && !names(node.expression)) ||
      ['EmitStatement', 'Break', 'Continue'].includes(node.nodeType) ||
      (node.nodeType === 'Return' && !node.expression);
    if (leaves) {
      const e = node.expression;
      const other = e && { '+=': '-=', '-=': '+=' }[e.operator];
      const plain = text(node);
      let statement = out.endsWith(';') ? out : `${out};`;
      if (e && e.nodeType === 'Assignment' && other) {
        const there = fault(node, `${text(e)} with ${other}`);
        statement = `if (${there}) { ${text(e.leftHandSide)} ${other} ${text(e.rightHandSide)}; } else { ${out}; }`;
      }
      const gone = fault(node, `without ${plain}`);
      return `{ if (${gone}) {} else { ${statement} } }`;
    }
    return out;
  };

  /** Conditions are marked where they stand: they are expressions like others. */
  const mark = (node) => {
    if (node.nodeType === 'IfStatement' || node.nodeType === 'Conditional') node.condition.isCondition = true;
    children(node).forEach(mark);
  };

  let out = '';
  let at = 0;
  const definition = syntaxTree(root, contract).nodes.find((n) => n.nodeType === 'ContractDefinition');
  for (const f of definition.nodes) {
    if (f.nodeType !== 'FunctionDefinition' || f.kind === 'constructor' || !f.body) continue;
    mark(f.body);
    const [start] = span(f);
    const [body, length] = span(f.body);
    out += source.subarray(at, start).toString();
    // The number of the block is not pure.
    out += source.subarray(start, body).toString().replace(/\bpure\b/, 'view') + render(f.body);
    at = body + length;
  }
  return out + source.subarray(at).toString();
}

/** Contracts with all their faults, and what these are. */
function plant(root, contracts) {
  const faults = [];
  const sources = {};
  for (const contract of contracts) sources[contract] = plantOne(root, contract, faults);
  return { sources, faults };
}

module.exports = { FIRST_BLOCK, plant };
