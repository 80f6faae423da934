import ts from 'typescript'

/** What one file takes from another; `*` stands for all of its exports. */
export interface Import {
  readonly specifier: string
  /** The path it leads to from the root of the project; null for a package. */
  readonly target: string | null
  readonly names: readonly string[]
}

export interface Export {
  readonly name: string
  readonly kind: 'function' | 'class' | 'constant' | 'type' | 're-export'
  readonly documented: boolean
}

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly exports: readonly Export[]
  /** Lines with a call of `subscribe`, that of a Kafka consumer to its topics left out. */
  readonly subscribeLines: readonly number[]
}

/** Parses one TypeScript file into what the rules of the house are about. */
export function sourceFile(path: string, text: string): SourceFile {
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const nodes = descendants(parsed)
  return {
    path,
    text,
    lines: text === '' ? 0 : text.replace(/\n$/, '').split('\n').length,
    imports: nodes
      .flatMap(node => importOf(node))
      .map(found => ({ ...found, target: resolve(path, found.specifier) })),
    exports: parsed.statements.flatMap(statement => exportsOf(statement)),
    subscribeLines: nodes
      .filter(isSubscribeCall)
      .map(node => parsed.getLineAndCharacterOfPosition(node.getStart()).line + 1),
  }
}

function descendants(node: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = [node]
  ts.forEachChild(node, child => {
    found.push(...descendants(child))
  })
  return found
}

function resolve(path: string, specifier: string): string | null {
  return specifier.startsWith('.') ? new URL(specifier, `file:///${path}`).pathname.slice(1) : null
}

type FoundImport = Omit<Import, 'target'>

function importOf(node: ts.Node): readonly FoundImport[] {
  if (ts.isImportDeclaration(node)) return found(node.moduleSpecifier, namesOfClause(node.importClause))
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return found(node.moduleSpecifier, namesOfExport(node.exportClause))
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return found(node.argument.literal, ['*'])
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return found(node.arguments[0], ['*'])
  }
  return []
}

function found(specifier: ts.Node | undefined, names: readonly string[]): readonly FoundImport[] {
  return specifier && ts.isStringLiteral(specifier) ? [{ specifier: specifier.text, names }] : []
}

function namesOfClause(clause: ts.ImportClause | undefined): readonly string[] {
  const bindings = clause?.namedBindings
  if (!bindings) return []
  if (ts.isNamespaceImport(bindings)) return ['*']
  return bindings.elements.map(element => (element.propertyName ?? element.name).text)
}

function namesOfExport(clause: ts.NamedExportBindings | undefined): readonly string[] {
  if (!clause || ts.isNamespaceExport(clause)) return ['*']
  return clause.elements.map(element => (element.propertyName ?? element.name).text)
}

function exportsOf(statement: ts.Statement): readonly Export[] {
  if (ts.isExportDeclaration(statement)) return reExports(statement)
  if (!isExported(statement)) return []
  const documented = ts.getJSDocCommentsAndTags(statement).length > 0
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(declaration => ({
      name: declaration.name.getText(),
      kind: isFunction(declaration.initializer) ? 'function' : 'constant',
      documented,
    }))
  }
  const kind = kindOf(statement)
  const name = ts.getNameOfDeclaration(kind === undefined ? undefined : asDeclaration(statement))?.getText()
  return kind === undefined || name === undefined ? [] : [{ name, kind, documented }]
}

function reExports(statement: ts.ExportDeclaration): readonly Export[] {
  const clause = statement.exportClause
  if (!clause || ts.isNamespaceExport(clause)) return [{ name: '*', kind: 're-export', documented: false }]
  return clause.elements.map(element => ({ name: element.name.text, kind: 're-export', documented: false }))
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  return modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false
}

function isFunction(initializer: ts.Expression | undefined): boolean {
  return (
    initializer !== undefined && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
  )
}

function kindOf(statement: ts.Statement): Export['kind'] | undefined {
  if (ts.isFunctionDeclaration(statement)) return 'function'
  if (ts.isClassDeclaration(statement)) return 'class'
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ? 'type' : undefined
}

function asDeclaration(statement: ts.Statement): ts.Declaration | undefined {
  return ts.isDeclarationStatement(statement) ? statement : undefined
}

function isSubscribeCall(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  if (node.expression.name.text !== 'subscribe') return false
  const [argument] = node.arguments
  const properties = argument && ts.isObjectLiteralExpression(argument) ? argument.properties : []
  return !properties.some(property => /^topics?$/.test(property.name?.getText() ?? ''))
}
