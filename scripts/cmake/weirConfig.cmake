# find_package(weir): the SDK for plugins built outside the project.
#
#   weir::sdk           what a plugin links
#   weir::sdk_testing   what its tests link
#   weir::check         the contract suite as a program, where it was installed
#   weir_plugin(...)    see weir_plugin.cmake; enable_testing() first, to have its tests
include_guard(GLOBAL)

get_filename_component(_weir_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
add_library(weir::sdk INTERFACE IMPORTED)
set_target_properties(weir::sdk PROPERTIES
  INTERFACE_COMPILE_FEATURES cxx_std_17
  INTERFACE_INCLUDE_DIRECTORIES "${_weir_prefix}/include")
add_library(weir::sdk_testing INTERFACE IMPORTED)
set_target_properties(weir::sdk_testing PROPERTIES
  INTERFACE_LINK_LIBRARIES weir::sdk
  INTERFACE_INCLUDE_DIRECTORIES "${_weir_prefix}/share/weir/testing")
if(EXISTS "${_weir_prefix}/bin/weir-check")
  add_executable(weir::check IMPORTED)
  set_target_properties(weir::check PROPERTIES IMPORTED_LOCATION "${_weir_prefix}/bin/weir-check")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/weir_plugin.cmake")
