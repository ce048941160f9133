#include "plugins/common/http_server/server.hpp"

#include <utility>

#include "plugins/common/http_server/worker.hpp"

namespace weir::http {

Server::Server(host home, ServerSettings settings, int listening, const MakeHandler& make)
    : settings_(std::move(settings)) {
  for (std::uint32_t i = 0; i < settings_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(home, settings_, counts_, listening, i));
  }
  for (const auto& worker : workers_) worker->begin(make);
}

Server::~Server() { stop(); }

void Server::stop() {
  for (const auto& worker : workers_) worker->stop();
  for (const auto& worker : workers_) worker->join();
}

void Server::notify(std::uint32_t worker, std::uint64_t value) {
  workers_.at(worker)->notify(value);
}

}  // namespace weir::http
