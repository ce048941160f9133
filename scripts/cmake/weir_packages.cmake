# Third parties by the name of their imported target: whoever links one finds its package.
#
#   weir_find_targets(MISSING_VARIABLE target...)   leaves in the variable what is not installed
#
# A library without a CMake package is PkgConfig::NAME, after its .pc file: PkgConfig::re2,
# PkgConfig::rdkafka, PkgConfig::libzstd, PkgConfig::liblz4, PkgConfig::libxxhash, PkgConfig::snappy.
# A new one with a package of its own is one line in the table.
include_guard(GLOBAL)

# Pattern of the target, then the arguments of find_package.
set(WEIR_PACKAGES
  "^Boost::"             "Boost 1.81 CONFIG"
  "^CLI11::"             "CLI11 CONFIG"
  "^CURL::"              "CURL"
  "^FastFloat::"         "FastFloat CONFIG"
  "^GTest::"             "GTest CONFIG"
  "^OpenSSL::"           "OpenSSL"
  "^Protozero::"         "Protozero MODULE"
  "^Threads::"           "Threads"
  "^ZLIB::"              "ZLIB"
  "^benchmark::"         "benchmark CONFIG"
  "^fmt::"               "fmt CONFIG"
  "^prometheus-cpp::"    "prometheus-cpp CONFIG"
  "^simdjson::"          "simdjson CONFIG"
  "^spdlog::"            "spdlog CONFIG"
  "^tomlplusplus::"      "tomlplusplus CONFIG")

macro(weir_find_targets missing)
  set(${missing} "")
  foreach(_weir_target IN ITEMS ${ARGN})
    if(_weir_target MATCHES "::" AND NOT _weir_target MATCHES "^weir::" AND NOT TARGET ${_weir_target})
      _weir_find_package(${_weir_target})
      if(NOT TARGET ${_weir_target})
        list(APPEND ${missing} ${_weir_target})
      endif()
    endif()
  endforeach()
endmacro()

function(_weir_find_package target)
  if(target MATCHES "^PkgConfig::(.+)$")
    find_package(PkgConfig QUIET)
    if(PKG_CONFIG_FOUND)
      pkg_check_modules(${CMAKE_MATCH_1} QUIET IMPORTED_TARGET GLOBAL ${CMAKE_MATCH_1})
    endif()
    return()
  endif()
  set(table ${WEIR_PACKAGES})
  while(table)
    list(POP_FRONT table pattern arguments)
    if(target MATCHES "${pattern}")
      string(REPLACE " " ";" arguments "${arguments}")
      find_package(${arguments} QUIET)
      return()
    endif()
  endwhile()
  message(FATAL_ERROR "${target}: no package is known for it; add one to scripts/cmake/weir_packages.cmake")
endfunction()
