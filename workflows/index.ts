/** All that the workflow bundle exports. The default serves every playbook under its own type name. */
export { default } from './playbook.ts';
