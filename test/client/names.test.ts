import { expect, test } from '@jest/globals';
import { caseOf, isPreview, previewIdFor, workflowIdFor } from '../../client/runs/names.ts';
import { undoIdFor } from '../../workflows/language/reserved.ts';

const RUN = workflowIdFor('email_takeover_v1', 'CASE-7');

test('a run’s case is in its name, and its undo has the same', () => {
  expect(caseOf(RUN, 'email_takeover_v1')).toBe('CASE-7');
  expect(caseOf(undoIdFor(RUN), 'undo')).toBe('CASE-7');
  expect(caseOf(workflowIdFor('p', 'INC-1:a-b'), 'p')).toBe('INC-1:a-b');
});

test('a name that somebody gave a run by hand tells no case', () => {
  expect(caseOf('mine', 'email_takeover_v1')).toBeNull();
  expect(caseOf('mine/undo', 'undo')).toBeNull();
  expect(caseOf(RUN, 'email_takeover')).toBeNull();
});

test('a look at an undo is told from the undo', () => {
  expect(isPreview(previewIdFor(RUN))).toBe(true);
  expect([RUN, undoIdFor(RUN), undoIdFor('x/preview-1')].filter(isPreview)).toEqual([]);
});
