#!/bin/sh
# Is FILE's dynamic interface exactly the symbols named, and is it safe to load?
#   check_exports.sh FILE [SYMBOL...]
# A module exports its entry symbol, a program nothing: what else got out could bind to the wrong copy
# in another module. UNIQUE symbols would be shared by all modules whatever their visibility.
set -eu
file=$1
shift
[ -f "$file" ] || { echo "$file is missing"; exit 1; }
expected=$(printf '%s\n' "$@" | sed '/^$/d' | sort)
exported=$(nm -D --defined-only --format=posix "$file" | cut -d' ' -f1 | sort)
status=0
if [ "$exported" != "$expected" ]; then
  echo "$file exports:"
  printf '%s\n' "$exported" | c++filt | sed 's/^/  /'
  echo "but should export: ${expected:-nothing}"
  status=1
fi
refuse() {
  if readelf "$1" --wide "$file" | grep -E "$2"; then
    echo "$file: $3"
    status=1
  fi
}
refuse --dyn-syms ' UNIQUE ' "has UNIQUE symbols (compile with -fno-gnu-unique)"
refuse --dynamic 'TEXTREL' "has relocations in its text (compile with -fPIC)"
refuse --program-headers 'GNU_STACK.*RWE' "asks for an executable stack"
exit $status
