#!/bin/sh
# Puts the reports of a night together as they are published: as they lie on disk, so that the ways from one to the other hold,
# and a page before them that leads to the seed's.   gather-pages.sh REPORTS PAGES
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
