/**
 * Functions of `node:http`. An import of that module as an ES module reads all of its names, one of which loads Node's
 * client for web sockets; that takes ten times longer than the rest.
 */
export const { Agent, request } = process.getBuiltinModule('node:http');
