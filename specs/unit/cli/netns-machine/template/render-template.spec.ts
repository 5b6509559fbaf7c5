import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../../../helpers/cli/netns-machine/template/render-template.ts';

const HOST = {
  Name: 'master-host',
  Driver: { SSHUser: 'root', IPAddress: '192.168.99.101', EnginePort: 2376, URL: 'a<b>&c' },
  Options: { Labels: ['a=b', 'c=d'], Env: [], Dns: null, Tls: true },
};

const asMap = (template: string) => compileTemplate(template, { layout: 'map' })(HOST);
const asStruct = (template: string, value: unknown = HOST) =>
  compileTemplate(template, { layout: 'struct', typeName: 'commands.HostListItem' })(value);

describe('inspect -f', () => {
  test.each([
    ['{{.Name}}', 'master-host'],
    ['{{ .Driver.IPAddress }}:{{.Driver.EnginePort}}', '192.168.99.101:2376'],
    ['{{.Nope}}', '<no value>'],
    ['{{.Driver.Nope}}', '<no value>'],
    ['{{.Options.Dns}}', '<nil>'],
    ['{{.Options.Labels}}', '[a=b c=d]'],
    [
      '{{json .Driver}}',
      '{"EnginePort":2376,"IPAddress":"192.168.99.101","SSHUser":"root","URL":"a\\u003cb\\u003e\\u0026c"}',
    ],
    ['{{.Options.Labels | json}}', '["a=b","c=d"]'],
    [
      '{{prettyjson .Options}}',
      '{\n    "Dns": null,\n    "Env": [],\n    "Labels": [\n        "a=b",\n        "c=d"\n    ],\n    "Tls": true\n}',
    ],
    ['{{.Options}}', 'map[Dns:<nil> Env:[] Labels:[a=b c=d] Tls:true]'],
    ['{{range .Options.Labels}}<{{.}}>{{end}}', '<a=b><c=d>'],
    ['{{range .Options.Env}}x{{else}}none{{end}}', 'none'],
    ['{{range .Driver}}<{{.}}>{{end}}', '<2376><192.168.99.101><root><a<b>&c>'],
    [
      '{{range $key, $value := .Options}}{{$key}}={{$value}};{{end}}',
      'Dns=<nil>;Env=[];Labels=[a=b c=d];Tls=true;',
    ],
    ['{{range $i, $e := .Options.Labels}}{{$i}}{{$e}}{{end}}', '0a=b1c=d'],
    [
      '{{range $e := .Options.Labels}}{{$e}} of {{$.Name}} {{end}}',
      'a=b of master-host c=d of master-host ',
    ],
    ['{{$d := .Driver}}{{with .Options}}{{$d.SSHUser}}{{end}}', 'root'],
    ['{{with $d := .Driver}}{{$d.IPAddress}}{{end}}', '192.168.99.101'],
    ['{{if .Options.Tls}}tls{{else}}plain{{end}}', 'tls'],
    ['{{with .Driver}}{{.SSHUser}}@{{$.Name}}{{end}}', 'root@master-host'],
    ['{{index .Options.Labels 1}}', 'c=d'],
    ['{{index .Driver "IPAddress"}}', '192.168.99.101'],
    ['{{len .Options.Labels}}', '2'],
    ['{{printf "%-6s|%q" .Driver.SSHUser "x"}}', 'root  |"x"'],
    ['{{if eq .Name "master-host"}}yes{{end}}', 'yes'],
    ['{{if and .Options.Tls (not .Options.Env)}}yes{{end}}', 'yes'],
    ['a {{- /* nothing */ -}} b', 'ab'],
    ['a{{/* nothing */}}b', 'ab'],
  ])('%s gives %s', (template, expected) => {
    expect(asMap(template)).toBe(expected);
  });

  test.each([
    ['{{.Nope', 'template: :1: unclosed action'],
    ['{{.Nope\n', 'template: :2: unclosed action started at :1'],
    ['{{nope .}}', 'template: :1: function "nope" not defined'],
    ['{{if .Name}}', 'template: :1: unexpected EOF'],
    ['{{end}}', 'template: :1: unexpected {{end}}'],
    ['{{json (.Name}}', 'template: :1: unclosed left paren'],
    ['{{}}', 'template: :1: missing value for command'],
    ['{{$nope}}', 'undefined variable "$nope"'],
  ])('%j is refused: %s', (template, message) => {
    expect(() => asMap(template)).toThrow(message);
  });
});

describe('ls --format', () => {
  test('a struct prints all values, including empty ones, and a missing list as an empty one', () => {
    expect(asStruct('{{.Options}}')).toBe('{[a=b c=d] [] [] true}');
  });

  test('a field that does not exist is an error', () => {
    expect(() => asStruct('{{.Nope}}')).toThrow(
      'template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type commands.HostListItem',
    );
  });
});
