# What `cmake --install` lays down: the two programs, and the engine for find_package(provost) as
# provost::policy (Abseil alone) and provost::policy_compiler (which adds protobuf).

include(CMakePackageConfigHelpers)

set(provost_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/provost)
set(provost_include_dir ${CMAKE_INSTALL_INCLUDEDIR}/provost)

if(TARGET provost_policy)
  set_target_properties(provost_policy PROPERTIES EXPORT_NAME policy)
  install(TARGETS provost_policy EXPORT provostPolicyTargets)
  install(EXPORT provostPolicyTargets NAMESPACE provost:: DESTINATION ${provost_config_dir})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/policy/matrix ${PROJECT_SOURCE_DIR}/policy/world
    ${PROJECT_SOURCE_DIR}/policy/decide
    DESTINATION ${provost_include_dir}/policy FILES_MATCHING PATTERN "*.h")

  configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/provostConfig.cmake.in
    ${PROJECT_BINARY_DIR}/provostConfig.cmake INSTALL_DESTINATION ${provost_config_dir})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/provostConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/provostConfig.cmake
    ${PROJECT_BINARY_DIR}/provostConfigVersion.cmake DESTINATION ${provost_config_dir})
endif()

if(TARGET provost_policy_compiler)
  set_target_properties(provost_policy_compiler PROPERTIES EXPORT_NAME policy_compiler)
  set_target_properties(provost_policy_proto PROPERTIES EXPORT_NAME policy_proto)
  install(TARGETS provost_policy_compiler provost_policy_proto EXPORT provostPolicyCompilerTargets)
  install(EXPORT provostPolicyCompilerTargets NAMESPACE provost::
    DESTINATION ${provost_config_dir})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/policy/compiler DESTINATION ${provost_include_dir}/policy
    FILES_MATCHING PATTERN "*.h")
  install(FILES ${PROJECT_BINARY_DIR}/proto/provost/v1/policy.pb.h
    ${PROJECT_BINARY_DIR}/proto/provost/v1/scenario.pb.h
    DESTINATION ${provost_include_dir}/provost/v1)
  install(FILES ${PROJECT_SOURCE_DIR}/proto/provost/v1/policy.proto
    ${PROJECT_SOURCE_DIR}/proto/provost/v1/scenario.proto
    DESTINATION ${CMAKE_INSTALL_DATADIR}/provost/proto/provost/v1)
endif()

foreach(program IN ITEMS provostd provost)
  if(TARGET ${program})
    install(TARGETS ${program})
  endif()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
