from django.urls import path

from .leaves import views as leaves
from .people import views as people
from .posts import views as posts

urlpatterns = [
    path("workers/", people.workers, name="workers"),
    path("workers/<int:pk>/", people.worker, name="worker"),
    path("posts/", posts.posts, name="posts"),
    path("posts/new/", posts.new_post, name="new_post"),
    path("leaves/", leaves.leaves, name="leaves"),
    path("leaves/new/", leaves.leave_new, name="leave_new"),
    path("leaves/<int:pk>/return/", leaves.leave_return, name="leave_return"),
]
