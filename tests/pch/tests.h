// What nearly every test includes, compiled once per program; only builds with -Db_pch=true use it.
#ifndef KAIROS_TESTS_PCH_TESTS_H_
#define KAIROS_TESTS_PCH_TESTS_H_

#include <doctest/doctest.h>

#include "kairos/session.h"
#include "support/graph_builder.h"
#include "support/run_graph.h"

#endif  // KAIROS_TESTS_PCH_TESTS_H_
