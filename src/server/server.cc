#include "server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/bootstrap_file.h"
#include "server/call_log.h"
#include "server/listen_check.h"
#include "server/mail_options.h"
#include "service/access_service.h"
#include "service/assessment_service.h"
#include "service/attendance_service.h"
#include "service/audit_service.h"
#include "service/catalog_service.h"
#include "service/certificate_service.h"
#include "service/competency_service.h"
#include "service/content_service.h"
#include "service/course_service.h"
#include "service/discussion_service.h"
#include "service/door.h"
#include "service/enrollment_service.h"
#include "service/file_upload.h"
#include "service/group_service.h"
#include "service/mailer.h"
#include "service/notification_service.h"
#include "service/policies.h"
#include "service/policy_service.h"
#include "service/report_mail.h"
#include "service/report_service.h"
#include "service/role_service.h"
#include "service/tenant_service.h"
#include "service/timekeeper.h"
#include "service/training_record_service.h"
#include "service/user_service.h"
#include "store/database.h"

namespace provost {
namespace {

constexpr absl::Duration kSweepEvery = absl::Seconds(5);
constexpr absl::Duration kProgressEvery = absl::Seconds(1);
// How long a stopping server that is still called goes on to refuse calls, and how long one that is
// not: gRPC answers those that come after its own end with CANCELLED, which no client retries.
constexpr absl::Duration kRefuseAtMost = absl::Seconds(1);
constexpr absl::Duration kRefuseAtLeast = absl::Milliseconds(50);

}  // namespace

// In the order in which they are built; torn down from the last to the first.
struct Server::Parts {
  ServerOptions options;
  std::shared_ptr<spdlog::logger> log;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<TenantRegistry> registry;
  std::unique_ptr<BootstrapSecret> bootstrap;
  std::unique_ptr<Pages> pages;
  std::unique_ptr<ScanPool> scans;
  std::unique_ptr<Mailer> mailer;  // Null: no mail goes out.
  std::unique_ptr<Timekeeper> timekeeper;
  std::unique_ptr<TenantWriter> writer;
  Backend backend;
  std::unique_ptr<Door> door;
  std::unique_ptr<grpc::Server> grpc;
  int port = 0;
  absl::Duration clock_ahead;  // Of the machine's, by GoTo().

  Mutex mutex;
  CondVar changed;
  bool stopping ABSL_GUARDED_BY(mutex) = false;
  bool unhealthy ABSL_GUARDED_BY(mutex) = false;
  std::thread housekeeper;

  void Housekeep();
  // Refuses calls until nobody makes any.
  void TurnAway();
  absl::Status OpenData();
  absl::Status MakeMailer(MailerOptions mailer_options);
  void MakeTimekeeper();
  absl::Status Serve(MailerOptions mailer_options);
};

absl::Status Server::Parts::OpenData() {
  store::DatabaseOptions database_options;
  database_options.path = options.data;
  database_options.sync = options.sync;
  database_options.block_cache_bytes = options.block_cache_mib << 20;
  database_options.write_buffer_bytes = options.write_buffer_mib << 20;
  database_options.on_unhealthy = [this](const absl::Status& status) {
    LogEvent(*log, spdlog::level::err, "database_unhealthy",
             {{"message", std::string(status.message())}});
    MutexLock lock(&mutex);
    unhealthy = true;
    changed.SignalAll();
  };
  absl::StatusOr<std::unique_ptr<store::Database>> opened = store::Database::Open(database_options);
  if (!opened.ok()) return opened.status();
  database = *std::move(opened);

  RegistryOptions registry_options;
  absl::StatusOr<CompiledPolicy> system = LoadPreset("system");
  if (!system.ok()) return system.status();
  registry_options.system_policy = *std::move(system);
  absl::Time told = absl::Now();
  registry_options.progress = [&](size_t loaded, size_t total, uint64_t rows) {
    if (loaded != total && absl::Now() - told < kProgressEvery) return;
    told = absl::Now();
    LogEvent(*log, spdlog::level::info, "loading",
             {{"tenants", absl::StrCat(loaded, "/", total)}, {"rows", absl::StrCat(rows)}});
  };
  absl::StatusOr<std::unique_ptr<TenantRegistry>> loaded =
      TenantRegistry::Open(database.get(), std::move(registry_options));
  if (!loaded.ok()) return loaded.status();
  registry = *std::move(loaded);

  std::string secret;
  if (registry->empty()) {
    absl::StatusOr<std::string> made = ReadOrMakeBootstrapSecret(options.data);
    if (!made.ok()) return made.status();
    secret = *std::move(made);
    LogEvent(*log, spdlog::level::info, "not_set_up",
             {{"secret_file", BootstrapPath(options.data)},
              {"next", "call TenantService.SetUp with the secret in that file"}});
  } else {
    RemoveBootstrapSecret(options.data);
  }
  bootstrap = std::make_unique<BootstrapSecret>(
      std::move(secret), [data = options.data] { RemoveBootstrapSecret(data); });
  return absl::OkStatus();
}

absl::Status Server::Parts::MakeMailer(MailerOptions mailer_options) {
  if (options.smtp_server.empty()) return absl::OkStatus();
  mailer_options.on_server = [this](bool reached, const std::string& text) {
    LogEvent(*log, reached ? spdlog::level::info : spdlog::level::warn,
             reached ? "smtp_server_reached" : "smtp_server_lost",
             {{"server", options.smtp_server}, {"message", text}});
  };
  mailer_options.on_error = [this](const absl::Status& status) {
    LogEvent(*log, spdlog::level::err, "mail_not_sent",
             {{"message", std::string(status.message())}});
  };
  // Asked only once there is a door.
  mailer_options.make_report = [this](const std::shared_ptr<Tenant>& tenant,
                                      const rows::OutboxRow& mail) {
    return MakeReportMail(*door, *registry, tenant, mail,
                          {options.max_mailed_report_bytes, options.mailed_report_time});
  };
  absl::StatusOr<std::unique_ptr<Mailer>> made =
      Mailer::Make(registry.get(), std::move(mailer_options));
  if (!made.ok()) return made.status();
  mailer = *std::move(made);
  return absl::OkStatus();
}

void Server::Parts::MakeTimekeeper() {
  TimekeeperOptions timekeeper_options;
  timekeeper_options.on_frozen = [this](const FrozenMoments& frozen) {
    LogEvent(
        *log, spdlog::level::info, "timer_skipped_frozen",
        {{"scope", frozen.scope}, {"what", frozen.what}, {"count", absl::StrCat(frozen.count)}});
  };
  timekeeper_options.on_error = [this](const absl::Status& status) {
    LogEvent(*log, spdlog::level::err, "timer_failed",
             {{"message", std::string(status.message())}});
  };
  timekeeper = std::make_unique<Timekeeper>(registry.get(), std::move(timekeeper_options));
}

absl::Status Server::Parts::Serve(MailerOptions mailer_options) {
  if (absl::Status status = MakeMailer(std::move(mailer_options)); !status.ok()) return status;
  MakeTimekeeper();
  pages = std::make_unique<Pages>(registry.get(),
                                  Pages::Options{options.list_hold, options.max_held_lists});
  scans = std::make_unique<ScanPool>(
      ScanPool::Options{options.scan_threads, options.max_waiting_scans});
  TenantWriterOptions writer_options;
  writer_options.lane.max_waiting = options.max_waiting_changes;
  writer_options.lane.max_group_mutations = options.max_group_changes;
  writer_options.group.request_ttl = options.request_ttl;
  if (mailer != nullptr) {
    writer_options.group.on_mail = [this](const std::shared_ptr<Tenant>& tenant, absl::Time time) {
      mailer->Note(tenant, time);
    };
  }
  writer_options.group.on_moment = [this](const std::shared_ptr<Tenant>& tenant, absl::Time time) {
    timekeeper->Note(tenant, time);
  };
  writer = std::make_unique<TenantWriter>(registry.get(), writer_options);
  backend = Backend{registry.get(),
                    writer.get(),
                    scans.get(),
                    pages.get(),
                    bootstrap.get(),
                    options.max_package_bytes,
                    {options.max_atomic_import_rows, options.max_atomic_import_bytes,
                     options.max_waiting_import_bytes}};

  absl::StatusOr<Methods> methods = Methods::OfContract();
  if (!methods.ok()) return methods.status();
  RegisterAccessService(*methods);
  RegisterAssessmentService(*methods);
  RegisterAuditService(*methods);
  RegisterCatalogService(*methods);
  RegisterCertificateService(*methods);
  RegisterCompetencyService(*methods);
  RegisterContentService(*methods);
  RegisterCourseService(*methods);
  RegisterAttendanceService(*methods);
  RegisterEnrollmentService(*methods);
  RegisterDiscussionService(*methods);
  RegisterGroupService(*methods);
  RegisterNotificationService(*methods);
  RegisterPolicyService(*methods);
  RegisterReportService(*methods);
  RegisterRoleService(*methods);
  RegisterTenantService(*methods);
  RegisterTrainingRecordService(*methods);
  RegisterUserService(*methods);
  DoorOptions door_options;
  door_options.default_deadline = options.default_deadline;
  door_options.stream_idle = options.stream_idle;
  door_options.on_call = [this](const CallRecord& record) { LogCall(*log, record); };
  door = std::make_unique<Door>(backend, *std::move(methods), std::move(door_options));

  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(options.max_request_bytes);
  // Two servers on one port would share its callers silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  if (absl::Status status = door->RegisterWith(&builder); !status.ok()) return status;
  if (absl::Status status = SweepUploads(backend); !status.ok()) return status;
  grpc = builder.BuildAndStart();
  if (grpc == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options.listen,
                                               ": the port is taken or not ours to take"));
  }
  housekeeper = std::thread([this] { Housekeep(); });
  if (mailer != nullptr) mailer->Start(writer.get());
  timekeeper->Start(writer.get());
  return absl::OkStatus();
}

void Server::Parts::Housekeep() {
  for (;;) {
    bool bad = false;
    {
      MutexLock lock(&mutex);
      if (!stopping) changed.WaitFor(&mutex, std::min(kSweepEvery, options.stream_idle / 4));
      if (stopping) return;
      bad = unhealthy;
    }
    door->EndIdleStreams();
    backend.pages->EndExpired();
    if (bad) {
      grpc->GetHealthCheckService()->SetServingStatus(false);
    } else {
      DeleteExpiredTenants(backend);
    }
  }
}

void Server::Parts::TurnAway() {
  grpc->GetHealthCheckService()->SetServingStatus(false);
  door->Refuse();
  const absl::Time end = absl::Now() + std::min(options.drain, kRefuseAtMost);
  for (uint64_t before = 1, refused = 0; absl::Now() < end && refused != before;) {
    before = refused;
    absl::SleepFor(std::min(options.drain, kRefuseAtLeast));
    refused = door->refused();
  }
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  auto parts = std::make_unique<Parts>();
  parts->options = options;
  if (absl::Status status = CheckListen(options.listen); !status.ok()) return status;
  absl::StatusOr<MailerOptions> mailer_options = ReadMailOptions(options);
  if (!mailer_options.ok()) return mailer_options.status();
  parts->log = MakeLog(options.log_level);
  TakeGrpcLog(parts->log);
  std::unique_ptr<Server> server(new Server(std::move(parts)));
  absl::Status status = server->parts_->OpenData();
  if (status.ok()) status = server->parts_->Serve(*std::move(mailer_options));
  if (!status.ok()) return status;
  LogEvent(*server->parts_->log, spdlog::level::info, "serving",
           {{"address", server->address()},
            {"data", options.data},
            {"note", "no authenticator: callers are taken at their word, on loopback only"}});
  return server;
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Shutdown(); }

void Server::GoTo(absl::Time time) {
  const absl::Duration ahead = time - absl::Now();
  parts_->registry->clock().Advance(ahead - parts_->clock_ahead);
  parts_->clock_ahead = ahead;
  parts_->timekeeper->Settle();
}

void Server::Advance(absl::Duration time) { GoTo(parts_->registry->clock().Now() + time); }

uint64_t Server::rows_read() const { return parts_->database->rows_read(); }

int Server::port() const { return parts_->port; }

std::string Server::address() const {
  const std::string& listen = parts_->options.listen;
  return absl::StrCat(listen.substr(0, listen.rfind(':')), ":", parts_->port);
}

void Server::Shutdown() {
  Parts& parts = *parts_;
  {
    MutexLock lock(&parts.mutex);
    if (parts.stopping) return;
    parts.stopping = true;
    parts.changed.SignalAll();
  }
  const bool served = parts.grpc != nullptr;
  if (parts.housekeeper.joinable()) parts.housekeeper.join();
  if (parts.grpc != nullptr) {
    parts.TurnAway();
    parts.grpc->Shutdown(absl::ToChronoTime(absl::Now() + parts.options.drain));
    parts.grpc->Wait();
  }
  // What it has handed over is committed, so the writer goes on until it has stopped. A report that
  // it makes was broken off as calls were turned away.
  if (parts.timekeeper != nullptr) parts.timekeeper->Stop();
  if (parts.mailer != nullptr) parts.mailer->Stop(parts.options.drain);
  if (parts.scans != nullptr) parts.scans->Stop();
  if (parts.writer != nullptr) parts.writer->Stop();
  // Held states go before the tenants that they are of.
  if (parts.pages != nullptr) parts.pages->Clear();
  parts.grpc.reset();
  parts.door.reset();
  parts.writer.reset();
  parts.timekeeper.reset();
  parts.mailer.reset();
  parts.scans.reset();
  parts.pages.reset();
  parts.bootstrap.reset();
  parts.registry.reset();
  parts.database.reset();
  if (parts.log != nullptr) {
    if (served) LogEvent(*parts.log, spdlog::level::info, "stopped", {});
    parts.log->flush();
  }
}

}  // namespace provost
