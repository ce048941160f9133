#pragma once

// What the running agent answers to those who operate it.
//
//   GET  /metrics     its own metrics, in Prometheus' text format
//   GET  /health      200: it lives; and what is wrong
//   GET  /ready       200 when every input and output has started, else 503 and what is missing
//   GET  /status      the graph: what each node does, its rates, queue, last error and ledger
//   POST /reload      reloads the configuration; answers when that is done: 200, or 409 and why not
//   POST /flush       all outputs write what they have
//   GET, PUT /log-level   "debug"; until the agent ends
//
// Threads  handle() on the server's thread. tick() on any one thread.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/metrics/exposition.hpp"
#include "core/metrics/overview.hpp"
#include "core/runtime/admin_server.hpp"
#include "core/runtime/life.hpp"

namespace weir::runtime {

class Admin {
 public:
  struct Agent {
    const metrics::Ledger& ledger;
    const Life& life;
    const Clock& clock;
    std::function<metrics::Memory()> memory;
    std::function<std::string()> metrics_page;
    // Calls done, on any thread, when the reload has ended: well, or with the reason why not.
    std::function<void(std::function<void(const Status&)> done)> reload;
    std::function<void()> flush;
  };
  explicit Admin(Agent agent) : agent_(std::move(agent)) {}

  void handle(const AdminRequest& request, const AdminServer::Reply& reply);
  // Once a second: rates are measured between ticks.
  void tick();

  // Texts of the answers, as JSON.
  [[nodiscard]] std::string status() const;
  // What an operator should look at, one line each; empty: all is well.
  [[nodiscard]] std::vector<std::string> problems() const;
  // Inputs and outputs that have not started.
  [[nodiscard]] std::vector<std::string> missing() const;

 private:
  using Method = void (Admin::*)(const AdminRequest&, const AdminServer::Reply&);
  using Methods = std::map<std::string, Method>;
  static const std::map<std::string, Methods>& routes();
  void get_metrics(const AdminRequest& request, const AdminServer::Reply& reply);
  void get_health(const AdminRequest& request, const AdminServer::Reply& reply);
  void get_ready(const AdminRequest& request, const AdminServer::Reply& reply);
  void get_status(const AdminRequest& request, const AdminServer::Reply& reply);
  void post_reload(const AdminRequest& request, const AdminServer::Reply& reply);
  void post_flush(const AdminRequest& request, const AdminServer::Reply& reply);
  void get_log_level(const AdminRequest& request, const AdminServer::Reply& reply);
  void put_log_level(const AdminRequest& request, const AdminServer::Reply& reply);

  const Agent agent_;
  mutable std::mutex mutex_;
  metrics::Rates rates_;  // Guarded by mutex_.
};

}  // namespace weir::runtime
