/**
 * The closed list of problems an author can be told about. A code never changes its meaning; scripts and
 * editors rely on it. `docs/problems.md` has one section per code, and a test compares the two.
 */
interface ProblemText {
  readonly title: string;
  /** What to do next, when the place where the problem is found has nothing more fitting to say. */
  readonly remedy: string;
}

function code(title: string, remedy: string): ProblemText {
  return { title, remedy };
}

export const PROBLEM_CODES = {
  // The file
  too_large: code('The file is too large', 'Split the playbook; a file may hold 1 MiB.'),
  not_utf8: code('The file is not UTF-8', 'Save the file as UTF-8.'),
  nul: code('A NUL character', 'Remove the character; the file may be binary.'),
  control_character: code('A control character', 'Remove the character.'),
  lone_surrogate: code('Half a character', 'Write the whole character, or remove its half.'),
  bidi_control: code(
    'An invisible character that reorders text',
    'Remove it: it makes text read differently.',
  ),

  // YAML
  syntax: code('Not valid YAML', 'Correct the YAML at this place.'),
  tab: code('A tab as indentation', 'Indent with spaces.'),
  too_deep: code('Nested too deeply', 'Nest at most 64 levels.'),
  too_many_nodes: code('Too many values', 'Split the playbook.'),
  too_many_entries: code('A list or mapping is too long', 'Give it at most 20,000 entries.'),
  several_documents: code('More than one document', 'Keep one playbook per file; remove the further `---`.'),
  directive: code('A YAML directive', 'Remove the line that begins with `%`.'),
  alias: code('A YAML alias', 'Write the value out where it is used.'),
  anchor: code('A YAML anchor', 'Remove the `&name`; write values out where they are used.'),
  tag: code('A YAML tag', 'Remove the tag; values have the type their field declares.'),
  merge_key: code('A YAML merge key', 'Write the entries out instead of merging them with `<<`.'),
  unquoted_expression: code('An expression without quotes', 'Put quotes around it: `"{{ … }}"`.'),
  complex_key: code('A key that is not text', 'Use a plain word as key, or put the key in quotes.'),
  duplicate_key: code('A key that is written twice', 'Keep one of the two.'),
  number_out_of_range: code(
    'A number that cannot be kept exactly',
    'Put it in quotes, or use a smaller number.',
  ),
  ambiguous_number: code(
    'A number that readers take differently',
    'Write it in plain decimals, or put it in quotes.',
  ),

  // The shape of a playbook
  empty_playbook: code('Nothing in the file', 'Begin with `id:` and `tasks:`.'),
  not_a_mapping: code('Not a mapping', 'A playbook is a mapping that begins with `id:` and `tasks:`.'),
  no_tasks: code('No tasks', 'Add at least one task under `tasks:`.'),
  tasks_as_list: code('Tasks written as a list', 'Write `tasks:` as a mapping from task name to task.'),
  missing_field: code('A required field is missing', 'Add the field.'),
  unknown_field: code('A field nobody knows', 'Remove it, or correct its name.'),
  unknown_value: code('A value outside its list', 'Use one of the listed values.'),
  wrong_type: code('A value of the wrong type', 'Give the field a value of its type.'),
  out_of_range: code('A value outside its limits', 'Stay within the limits.'),
  bad_name: code(
    'A name of the wrong form',
    'Use lower-case letters, digits and `_`, beginning with a letter.',
  ),
  reserved_name: code('A reserved name', 'Choose another name.'),
  bad_duration: code(
    'Not a duration',
    'Write a whole number and a unit: `30s`, `15m`, `24h`, `7d`; at most 30 days.',
  ),
  static_only: code(
    'An expression where only fixed text may stand',
    'Write the value itself; it may not be computed.',
  ),

  // Tasks and how they depend on each other
  cycle: code('Tasks that wait for each other', 'Remove one of the needs on the path.'),
  self_reference: code('A task that needs itself', 'Remove the task from its own needs.'),
  unknown_dependency: code('A need that is no task', 'Name an existing task, or remove the need.'),
  bad_join: code('A join its needs cannot meet', 'Join on at most as many needs as the task has.'),
  too_many_tasks: code('Too many tasks', 'Split the playbook.'),
  plan_too_large: code('The plan is too large', 'Shorten the inputs, or split the playbook.'),
  unknown_task_type: code('A task type nobody offers', 'Use a task type of the catalogue.'),
  unknown_provider: code(
    'A provider nobody installed',
    'Name an installed connector that performs this type.',
  ),
  provider_needed: code('More than one provider could do it', 'Name one with `provider:`.'),
  no_connector: code(
    'A task type no installed connector performs',
    'Install a connector for it, or only plan and rehearse the playbook.',
  ),

  // Inputs and context
  unknown_input: code('An input the task type does not take', 'Remove it, or correct its name.'),
  missing_input: code('A required input is missing', 'Add the input.'),
  wrong_input: code('An input of the wrong type', 'Give the input a value of its type.'),
  unknown_context: code('A context value nobody declared', 'Remove it, or declare it under `context:`.'),
  missing_context: code('A required context value is missing', 'Give the value when the run is started.'),
  wrong_context: code('A context value of the wrong type', 'Give the value its declared type.'),
  shadowed_name: code('Two things with one name', 'Rename the task or the context variable.'),

  // Expressions
  expression_syntax: code('Not a valid expression', 'Correct the text between `{{` and `}}`.'),
  expression_type: code('An expression of the wrong type', 'Compare and combine values of one type.'),
  expression_refused: code('Something expressions may not do', 'Use another way; see the page of this code.'),
  expression_too_large: code('An expression that is too large', 'Split it into smaller ones.'),
  unknown_reference: code(
    'A reference to nothing',
    'Refer to a context variable or to an output of an earlier task.',
  ),
  not_an_ancestor: code('A reference to a task that may run later', 'Add that task to `needs`.'),
  maybe_missing: code('A reference to what may not exist', 'Give a default for when it is missing.'),
} as const satisfies { readonly [code: string]: ProblemText };

export type ProblemCode = keyof typeof PROBLEM_CODES;
