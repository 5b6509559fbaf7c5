#!/bin/sh
# Collects the reports of a night for publishing, with the same relative paths, so that links between them work, and adds
# an index page that redirects to the seed's report.   gather-pages.sh REPORTS PAGES
set -eu
reports=${1:?name the folder of the reports}
pages=${2:?name a folder}
for report in "$reports"/allure-report/index.html "$reports"/*/allure-report/index.html; do
  [ -f "$report" ] || continue
  to="$pages${report#"$reports"}"
  mkdir -p "$(dirname "$to")"
  cp "$report" "$to"
done
cat >"$pages/index.html" <<'HTML'
<!doctype html>
<meta charset="utf-8">
<title>overlay-e2e: the last night</title>
<meta http-equiv="refresh" content="0; url=allure-report/index.html">
<a href="allure-report/index.html">The report of the last night</a>
HTML
